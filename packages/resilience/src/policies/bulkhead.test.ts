import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

const small = {
  bulkhead: { maxConcurrent: 2, maxQueue: 2, queueTimeoutMs: 100 },
  deadlineMs: 10_000,
  attemptTimeoutMs: 1000,
  retry: { enabled: false },
};
const inputs = (asked: readonly { input: unknown }[]) => asked.map(({ input }) => input);

test('works on as many calls as there are permits and queues the next ones', async () => {
  const { guard, ask, asked } = guarded(small);
  for (const input of ['a', 'b', 'c', 'd']) ask(input);
  expect(inputs(asked)).toEqual(['a', 'b']);
  expect(guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 2, limit: 2, queued: 2, maxQueue: 2 });
});

test('serves the queue first come, first served', async () => {
  const { ask, asked, work } = guarded(small);
  for (const input of ['a', 'b', 'c', 'd']) ask(input);
  work(1).succeed('');
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b', 'c']);
  work(0).fail(new Error('no'));
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b', 'c', 'd']);
});

test('rejects at once when the queue is full', async () => {
  const { guard, ask } = guarded(small);
  for (const input of ['a', 'b', 'c', 'd']) ask(input);
  await expect(guard.call('e')).rejects.toMatchObject({
    code: 'E_BULKHEAD_FULL',
    name: 'BulkheadFullError',
    limit: 2,
    option: 'bulkhead.maxQueue',
  });
});

test('rejects a call that waited longer than the queue timeout', async () => {
  const { ask, asked, work, clock } = guarded(small);
  for (const input of ['a', 'b']) ask(input);
  const fate = ask('c');
  await clock.advance(106);
  expect(await fate).toBe('E_BULKHEAD_FULL');
  work(0).succeed('');
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b']);
});

test('rejects a queued call at its deadline when that comes first', async () => {
  const { ask, clock } = guarded(small);
  for (const input of ['a', 'b']) ask(input);
  const fate = ask('c', { deadlineMs: 30 });
  await clock.advance(36);
  expect(await fate).toBe('E_DEADLINE');
});

test('asks nobody for a waiter whose deadline has passed when its turn comes', async () => {
  const { guard, ask, asked, work, clock } = guarded({ ...small, bulkhead: { maxConcurrent: 1 } });
  ask('a');
  const fate = ask('b', { deadlineMs: 52 });
  // Past the deadline, and before the shared timer's next slot.
  await clock.advance(53);
  work(0).succeed('');
  expect(await fate).toBe('E_DEADLINE');
  expect(inputs(asked)).toEqual(['a']);
  expect(guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, queued: 0 });
});

test('gives the place of a cancelled waiter to the next one', async () => {
  const { ask, asked, work } = guarded(small);
  const cancel = new AbortController();
  for (const input of ['a', 'b']) ask(input);
  const fate = ask('c', { signal: cancel.signal });
  ask('d');
  cancel.abort();
  expect(await fate).toBe('E_CANCELLED');
  ask('e');
  work(0).succeed('');
  work(1).succeed('');
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b', 'd', 'e']);
});

test('keeps the permit of a timed-out call until its work settles', async () => {
  const { ask, asked, work, clock } = guarded({ ...small, bulkhead: { maxConcurrent: 1, maxQueue: 0 } });
  const fate = ask('a');
  await clock.advance(1006);
  expect(await fate).toBe('E_ATTEMPT_TIMEOUT');
  expect(await ask('b')).toBe('E_BULKHEAD_FULL');
  work(0).fail(new Error('aborted at last'));
  await settled();
  ask('c');
  expect(inputs(asked)).toEqual(['a', 'c']);
});

test('admits waiters at once when the limit is raised, and lets running calls finish when it is lowered', async () => {
  const { guard, ask, asked, work } = guarded(small);
  for (const input of ['a', 'b', 'c', 'd']) ask(input);
  guard.configure({ bulkhead: { maxConcurrent: 3 } });
  expect(inputs(asked)).toEqual(['a', 'b', 'c']);
  guard.configure({ bulkhead: { maxConcurrent: 1 } });
  work(0).succeed('');
  work(1).succeed('');
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b', 'c']);
  work(2).succeed('');
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b', 'c', 'd']);
});

test('counts while disabled, so that it can be switched on at any time', async () => {
  const { guard, ask, asked } = guarded({
    ...small,
    bulkhead: { ...small.bulkhead, enabled: false, maxQueue: 0 },
  });
  for (let i = 0; i < 5; i++) ask(i);
  expect(asked).toHaveLength(5);
  guard.configure({ bulkhead: { enabled: true } });
  expect(await ask('too many')).toBe('E_BULKHEAD_FULL');
});

test('survives a long queue of calls that settle at once', async () => {
  const { guard, ask, work } = guarded({
    ...small,
    bulkhead: { maxConcurrent: 1, maxQueue: 20_000, queueTimeoutMs: 1000 },
  });
  const fates = Array.from({ length: 20_000 }, () => ask('a'));
  guard.isolate();
  work(0).succeed('');
  const counts = await Promise.all(fates);
  expect(counts.filter((fate) => fate === 'E_BREAKER_OPEN')).toHaveLength(19_999);
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test('tells how long a call waited for its permit', async () => {
  const { ask, work, clock, events } = guarded(small);
  for (const input of ['a', 'b', 'c']) ask(input);
  await clock.advance(40);
  work(0).succeed('');
  await settled();
  expect(events).toContainEqual(expect.objectContaining({ type: 'queued', waitMs: 40 }));
});

test('lets nobody overtake the queue', async () => {
  const { guard, ask, asked } = guarded(small);
  for (const input of ['a', 'b', 'c', 'd']) ask(input);
  const stop = guard.onEvent(({ type }) => {
    if (type !== 'queued') return;
    stop();
    ask('e');
  });
  guard.configure({ bulkhead: { maxConcurrent: 5 } });
  await settled();
  expect(inputs(asked)).toEqual(['a', 'b', 'c', 'd', 'e']);
});
