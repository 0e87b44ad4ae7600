import { ManualClock } from '@ballast/resilience/testing';
import { describe, expect, it } from 'vitest';
import { postgresGuard } from './postgres-guard.ts';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const failing = () => Promise.reject(away);
const working = async () => 'row';

async function openedGuard() {
  const clock = new ManualClock();
  const guard = postgresGuard(10, { clock, random: () => 0.5 });
  for (let call = 0; call < 5; call += 1) await expect(guard.call(failing)).rejects.toThrow();
  expect(guard.snapshot().policies.breaker.state).toBe('open');
  return { clock, guard };
}

describe('the guard of a database that was away', () => {
  it('lets every call through again after four that succeed, however soon one after the other', async () => {
    const { clock, guard } = await openedGuard();
    await clock.advance(1000);
    for (let call = 1; call <= 4; call += 1)
      expect(await guard.call(working)).toMatchObject({ value: 'row' });
    // A caller who is rejected now is told to come back later, and the breaker that he has for this service opens
    // again: then nobody is left to bring the successes that a longer recovery would ask for.
    const calls = Array.from({ length: 20 }, () => guard.call(working));
    expect(await Promise.allSettled(calls)).toEqual(
      calls.map(() => expect.objectContaining({ status: 'fulfilled' })),
    );
  });

  it('stays closed to calls when the first one fails', async () => {
    const { clock, guard } = await openedGuard();
    await clock.advance(1000);
    await expect(guard.call(failing)).rejects.toThrow('ECONNREFUSED');
    await expect(guard.call(working)).rejects.toMatchObject({ code: 'E_BREAKER_OPEN' });
  });
});
