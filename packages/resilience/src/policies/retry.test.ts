import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

const patient = { deadlineMs: 60_000, attemptTimeoutMs: 1000 };
const reasons = (events: readonly { type: string; reason?: unknown }[]) =>
  events.filter(({ type }) => type === 'retry.rejected').map(({ reason }) => reason);

test('asks again after a failure, a random time later', async () => {
  const { ask, asked, work, clock } = guarded({ ...patient, retry: { baseDelayMs: 80 } });
  const fate = ask('a');
  work(0).fail(new Error('broken'));
  await clock.advance(39);
  expect(asked).toHaveLength(1);
  await clock.advance(6);
  expect(work(1).context.attempt).toBe(2);
  work(1).succeed('fine');
  expect(await fate).toBe('live');
});

test('asks again after an attempt timeout', async () => {
  const { ask, asked, clock } = guarded({ ...patient, retry: { baseDelayMs: 0 } });
  ask('a');
  await clock.advance(1011);
  expect(asked).toHaveLength(2);
});

test('doubles the ceiling of the delay for each attempt, up to the longest', async () => {
  const { ask, events, work, clock } = guarded({
    ...patient,
    retry: { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 150 },
  });
  ask('a');
  work(0).fail(new Error('broken'));
  await clock.advance(200);
  work(1).fail(new Error('broken'));
  await settled();
  expect(events.filter(({ type }) => type === 'retry')).toMatchObject([
    { attempt: 2, delayMs: 50, reason: 'Error' },
    { attempt: 3, delayMs: 75 },
  ]);
});

test('gives up after its last attempt and rejects with the last error', async () => {
  const { ask, work, clock, events } = guarded({ ...patient, retry: { maxAttempts: 2, baseDelayMs: 0 } });
  const fate = ask('a');
  work(0).fail(new Error('first'));
  await clock.advance(5);
  work(1).fail(new Error('second'));
  expect(await fate).toBe('second');
  expect(reasons(events)).toEqual(['attempts']);
});

test('asks only once when asking twice is not safe', async () => {
  const { ask, work, events } = guarded(patient);
  const fate = ask('a', { idempotent: false });
  work(0).fail(new Error('broken'));
  expect(await fate).toBe('broken');
  expect(reasons(events)).toEqual(['not-idempotent']);
});

test('obeys a dependency that asks not to be asked again', async () => {
  const { ask, work, events } = guarded(patient);
  const fate = ask('a');
  work(0).fail(Object.assign(new Error('gone for good'), { doNotRetry: true }));
  expect(await fate).toBe('gone for good');
  expect(reasons(events)).toEqual(['do-not-retry']);
});

test("does not repeat an answer that is the caller's fault", async () => {
  const { ask, asked, work } = guarded(patient);
  const fate = ask('a');
  work(0).fail(Object.assign(new Error('not found'), { isFailure: false }));
  expect(await fate).toBe('not found');
  expect(asked).toHaveLength(1);
});

test('waits as long as Retry-After says, and a random time more', async () => {
  const { ask, asked, work, clock } = guarded({ ...patient, retry: { baseDelayMs: 80 } });
  ask('a');
  work(0).fail(Object.assign(new Error('busy'), { retryAfterMs: 2000 }));
  await clock.advance(2039);
  expect(asked).toHaveLength(1);
  await clock.advance(6);
  expect(asked).toHaveLength(2);
});

test('does not come back all at once, though all were told the same Retry-After', async () => {
  let seed = 0;
  const random = () => {
    seed += 0.05;
    return seed;
  };
  const { ask, work, events } = guarded({ ...patient, retry: { budget: { enabled: false } } }, { random });
  for (let i = 0; i < 10; i++) ask(i);
  for (let i = 0; i < 10; i++) work(i).fail(Object.assign(new Error('busy'), { retryAfterMs: 1000 }));
  await settled();
  const delays = events.flatMap((event) => (event.type === 'retry' ? [event.delayMs] : []));
  expect(new Set(delays).size).toBe(10);
});

test('gives up at once when Retry-After lies behind the deadline', async () => {
  const { ask, work, events } = guarded({ deadlineMs: 500 });
  const fate = ask('a');
  work(0).fail(Object.assign(new Error('busy'), { retryAfterMs: 2000 }));
  expect(await fate).toBe('busy');
  expect(reasons(events)).toEqual(['deadline']);
});

test('does not ask again when the event loop has slept past the deadline', async () => {
  const { ask, asked, work, clock } = guarded({ deadlineMs: 100, retry: { baseDelayMs: 100 } });
  const fate = ask('a');
  work(0).fail(new Error('broken'));
  await settled();
  clock.stall(500);
  await clock.advance(0);
  expect(await fate).toBe('E_DEADLINE');
  expect(asked).toHaveLength(1);
});

test('stops backing off the moment the caller cancels', async () => {
  const { ask, asked, work, clock } = guarded(patient);
  const cancel = new AbortController();
  const fate = ask('a', { signal: cancel.signal });
  work(0).fail(Object.assign(new Error('busy'), { retryAfterMs: 2000 }));
  await settled();
  cancel.abort();
  expect(await fate).toBe('E_CANCELLED');
  await clock.advance(3000);
  expect(asked).toHaveLength(1);
});

test('stops retrying once the shared budget is spent', async () => {
  const { ask, asked, clock, events } = guarded(
    { ...patient, breaker: { enabled: false }, retry: { baseDelayMs: 0 } },
    {
      call: async (input) => {
        asked.push(input as never);
        throw new Error('broken');
      },
    },
  );
  const fates = Array.from({ length: 20 }, (_, index) => ask(index));
  await clock.advance(10);
  await Promise.all(fates);
  // 20 requests allow 2 retries by ratio; the minimum of 3 is more.
  expect(asked).toHaveLength(23);
  expect(reasons(events).filter((reason) => reason === 'budget')).toHaveLength(17);
});

test('earns nothing by calls that are not sent', async () => {
  const { guard, ask } = guarded(patient);
  guard.isolate();
  for (let i = 0; i < 2000; i++) await ask(i);
  guard.release();
  expect(guard.snapshot().policies.retry.budgetCapacity).toBe(3);
});

test('tells its budget', async () => {
  const { guard, ask, work, clock } = guarded({ ...patient, retry: { baseDelayMs: 0 } });
  ask('a');
  work(0).fail(new Error('broken'));
  await clock.advance(5);
  expect(guard.snapshot().policies.retry).toMatchObject({
    enabled: true,
    budgetAvailable: 2,
    budgetCapacity: 3,
    retries: 1,
    rejected: 0,
  });
});

test('asks once when disabled', async () => {
  const { guard, ask, asked, work } = guarded(patient);
  guard.configure({ retry: { enabled: false } });
  const fate = ask('a');
  work(0).fail(new Error('broken'));
  expect(await fate).toBe('broken');
  expect(asked).toHaveLength(1);
});
