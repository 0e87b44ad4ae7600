import { expect, test } from 'vitest';
import { SupersededError } from '../pipeline/errors.ts';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

const hedged = {
  hedge: { quantile: 0.95, minDelayMs: 5, minCalls: 20 },
  deadlineMs: 10_000,
  attemptTimeoutMs: 5000,
  breaker: { enabled: false },
};

/** A dependency that has answered 20 calls within about 20 ms each. */
async function warm(policy: object = hedged) {
  const kit = guarded(policy);
  for (let i = 0; i < 20; i++) {
    const fate = kit.ask(i);
    await kit.clock.advance(20);
    kit.work(i).succeed('fine');
    await fate;
  }
  kit.asked.length = 0;
  return kit;
}

test('asks a second time when the first answer is later than usual, and takes the first to come', async () => {
  const { ask, asked, work, clock } = await warm();
  const fate = ask('a');
  const first = work(0).context.signal;
  await clock.advance(15);
  expect(asked).toHaveLength(1);
  await clock.advance(15);
  expect(asked).toHaveLength(2);
  work(1).succeed('quick');
  expect(await fate).toBe('live');
  expect(first.aborted).toBe(true);
});

test('cancels the hedge when the first answer comes after all', async () => {
  const { ask, work, clock } = await warm();
  const fate = ask('a');
  await clock.advance(30);
  const second = work(1).context.signal;
  work(0).succeed('slow');
  expect(await fate).toBe('live');
  expect(second.aborted).toBe(true);
});

test('waits for the other answer when one fails', async () => {
  const { ask, work, clock } = await warm();
  const fate = ask('a');
  await clock.advance(30);
  work(0).fail(new Error('broken'));
  await settled();
  work(1).succeed('fine');
  expect(await fate).toBe('live');
});

test('does not hedge a retry by the clock of the attempt before it', async () => {
  const { ask, asked, work, clock } = await warm({ ...hedged, retry: { baseDelayMs: 0 } });
  ask('a');
  await clock.advance(10);
  work(0).fail(new Error('broken'));
  await clock.advance(12);
  expect(asked).toHaveLength(2);
  await clock.advance(8);
  expect(asked).toHaveLength(2);
});

test('never asks twice where that is not safe', async () => {
  const { ask, asked, clock } = await warm();
  ask('a', { idempotent: false });
  await clock.advance(1000);
  expect(asked).toHaveLength(1);
});

test.each([1, 2, 3])('asks at most %s times in all, hedges and retries together', async (maxAttempts) => {
  const { ask, asked, clock } = await warm({ ...hedged, retry: { maxAttempts, baseDelayMs: 0 } });
  ask('a');
  for (let round = 0; round < 5; round++) {
    await clock.advance(30);
    for (const { fail } of asked) fail(new Error('broken'));
  }
  expect(asked).toHaveLength(maxAttempts);
});

test('follows the number of attempts while calls run', async () => {
  const { guard, ask, asked, clock } = await warm();
  ask('a');
  guard.configure({ retry: { maxAttempts: 1 } });
  await clock.advance(100);
  expect(asked).toHaveLength(1);
});

test('tells the attempt that lost why it was aborted', async () => {
  const { ask, work, clock } = await warm();
  const fate = ask('a');
  const { signal } = work(0).context;
  await clock.advance(30);
  work(1).succeed('quick');
  await fate;
  expect(signal.reason).toBeInstanceOf(SupersededError);
  expect(signal.reason).toMatchObject({ code: 'E_SUPERSEDED', dependency: 'inventory' });
});

test('spends the budget of the retries', async () => {
  const { guard, ask, asked, clock } = await warm();
  for (let i = 0; i < 10; i++) ask(i);
  await clock.advance(1000);
  // 30 requests in the window: 3 hedges, and nothing left for a retry.
  expect(asked).toHaveLength(13);
  expect(guard.snapshot().policies.retry.budgetAvailable).toBe(0);
  expect(guard.snapshot().policies.hedge.hedges).toBe(3);
});

test('does not guess from a handful of calls', async () => {
  const { ask, asked, clock } = guarded(hedged);
  ask('a');
  await clock.advance(1000);
  expect(asked).toHaveLength(1);
});

test('returns the permit only when both attempts have settled', async () => {
  const { guard, ask, work, clock } = await warm();
  const fate = ask('a');
  await clock.advance(30);
  work(1).succeed('quick');
  await fate;
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(1);
  work(0).fail(new Error('aborted'));
  await settled();
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test.each([
  [30_000, 0.95],
  // Close to the end of their buckets of the histogram: no estimate within the bucket is high enough.
  [32_700, 0.5],
  [361, 0.95],
  [600_000, 0.95],
])('hedges no call where all of them take %i ms, at quantile %d', async (latencyMs, quantile) => {
  const { guard, ask, asked, clock } = guarded({
    hedge: { quantile, minDelayMs: 5, minCalls: 20 },
    deadlineMs: 3_600_000,
    attemptTimeoutMs: 3_600_000,
    bulkhead: { maxConcurrent: 100 },
    breaker: { enabled: false },
  });
  for (let round = 0; round < 3; round++) {
    const fates = Array.from({ length: 50 }, (_, i) => ask(i));
    await clock.advance(latencyMs);
    for (const { succeed } of asked) succeed('fine');
    await Promise.all(fates);
  }
  expect(guard.snapshot().policies.hedge.hedges).toBe(0);
});
