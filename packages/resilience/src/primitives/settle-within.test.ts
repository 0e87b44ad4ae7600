import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { settleWithin } from './settle-within.ts';

test('gives what work gives in time, and leaves no timer behind', async () => {
  const clock = new ManualClock();
  await expect(settleWithin(Promise.resolve('fine'), 10, clock)).resolves.toEqual({
    kind: 'done',
    value: 'fine',
  });
  const error = new Error('broken');
  await expect(settleWithin(Promise.reject(error), 10, clock)).resolves.toEqual({ kind: 'failed', error });
  expect(clock.pendingTimers).toBe(0);
});

test('gives up after the time, and ignores what comes later', async () => {
  const clock = new ManualClock();
  const { promise, reject } = Promise.withResolvers<string>();
  const settled = settleWithin(promise, 10, clock);
  await clock.advance(10);
  reject(new Error('too late'));
  await expect(settled).resolves.toEqual({ kind: 'timeout' });
});
