import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';
import { policyDefaults } from './policy-settings.ts';

const count = (fates: readonly string[], fate: string): number => fates.filter((one) => one === fate).length;

test('lets 10 of 100 callers of a hung dependency work, 10 wait, and 80 go at once', async () => {
  const { guard, ask, asked, clock } = guarded({
    bulkhead: { maxConcurrent: 10, maxQueue: 10, queueTimeoutMs: 100 },
    retry: { enabled: false },
  });
  const fates: string[] = [];
  for (let i = 0; i < 100; i++) ask(i).then((fate) => fates.push(fate));
  await clock.advance(0);
  expect(count(fates, 'E_BULKHEAD_FULL')).toBe(80);
  await clock.advance(105);
  expect(count(fates, 'E_BULKHEAD_FULL')).toBe(90);
  await clock.advance(400);
  expect(count(fates, 'E_ATTEMPT_TIMEOUT')).toBe(10);
  expect(asked).toHaveLength(10);
  // The overload of the caller is not the dependency's failure.
  expect(guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', windowCalls: 10 });
});

test('keeps one permit through all attempts of a call', async () => {
  const { guard, ask, work, clock } = guarded({
    bulkhead: { maxConcurrent: 1, maxQueue: 0 },
    retry: { baseDelayMs: 100 },
  });
  ask('a');
  work(0).fail(new Error('broken'));
  await clock.advance(20);
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(1);
  expect(await ask('b')).toBe('E_BULKHEAD_FULL');
});

test('shows the breaker every attempt, and stops retrying when it opens', async () => {
  const { ask, asked, work, clock, events } = guarded({
    breaker: { minCalls: 2 },
    retry: { maxAttempts: 3, baseDelayMs: 0 },
  });
  const fate = ask('a');
  work(0).fail(new Error('broken'));
  await clock.advance(5);
  work(1).fail(new Error('broken'));
  await clock.advance(5);
  expect(await fate).toBe('E_BREAKER_OPEN');
  expect(asked).toHaveLength(2);
  expect(events.at(-2)).toMatchObject({ type: 'rejected', policy: 'breaker' });
});

test('takes no permit for a call that the rate limit rejects', async () => {
  const { guard, ask } = guarded({ rateLimit: { perSecond: 1, burst: 1 } });
  ask('a');
  expect(await ask('b')).toBe('E_RATE_LIMITED');
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(1);
});

test('counts calls and not attempts against the rate limit', async () => {
  const { ask, asked, work, clock } = guarded({
    rateLimit: { perSecond: 1, burst: 1 },
    retry: { baseDelayMs: 0 },
  });
  ask('a');
  work(0).fail(new Error('broken'));
  await clock.advance(5);
  expect(asked).toHaveLength(2);
});

test('switches on what is off by default when it is named', () => {
  const { guard } = guarded({ rateLimit: {}, adaptive: {}, throttle: {}, hedge: {} });
  const { rateLimit, adaptive, throttle, hedge } = guard.snapshot().policies;
  expect([rateLimit, adaptive, throttle, hedge].map(({ enabled }) => enabled)).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('leaves a named one off when told so', () => {
  const { guard } = guarded({ hedge: { enabled: false, quantile: 0.9 } });
  expect(guard.snapshot().policies.hedge).toMatchObject({ enabled: false, settings: { quantile: 0.9 } });
});

test('has the documented defaults when nothing is said', () => {
  const { guard } = guarded();
  const { bulkhead, retry, deadline, timeout } = guard.snapshot().policies;
  expect(bulkhead.settings).toEqual(policyDefaults.bulkhead);
  expect(retry.settings).toEqual(policyDefaults.retry);
  expect(deadline.settings).toEqual(policyDefaults.deadline);
  expect(timeout.settings).toEqual(policyDefaults.timeout);
});
