import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';

const withoutTimeout = { timeout: { enabled: false }, retry: { enabled: false } };

test('ends a hung call at its deadline and aborts the work', async () => {
  const { ask, work, clock } = guarded({ deadlineMs: 800, ...withoutTimeout });
  const fate = ask('a');
  const { signal } = work(0).context;
  await clock.advance(799);
  expect(signal.aborted).toBe(false);
  await clock.advance(6);
  expect(await fate).toBe('E_DEADLINE');
  expect(signal.reason).toMatchObject({ name: 'DeadlineExceededError', limit: 800, option: 'deadlineMs' });
});

test("takes the shorter of its own and the caller's time", async () => {
  const { ask, asked } = guarded({ deadlineMs: 800, ...withoutTimeout });
  ask('a', { deadlineMs: 100 });
  ask('b', { deadlineMs: 5000 });
  expect(asked.map(({ context }) => context.remainingMs())).toEqual([100, 800]);
});

test.each([0, 0.5, -20])('rejects a call that has %s ms left, without asking', async (deadlineMs) => {
  const { guard, asked } = guarded();
  await expect(guard.call('a', { deadlineMs })).rejects.toMatchObject({
    code: 'E_DEADLINE',
    policy: 'deadline',
  });
  expect(asked).toHaveLength(0);
});

test('rejects a call with less time left than a call needs', async () => {
  const { ask, asked } = guarded({ deadline: { minRemainingMs: 50 } });
  expect(await ask('a', { deadlineMs: 49 })).toBe('E_DEADLINE');
  ask('a', { deadlineMs: 50 });
  expect(asked).toHaveLength(1);
});

test('covers queue, attempts and backoff together', async () => {
  const { ask, asked, work, clock } = guarded({
    deadlineMs: 100,
    attemptTimeoutMs: 80,
    retry: { baseDelayMs: 20 },
  });
  const fate = ask('a');
  await clock.advance(96);
  expect(asked).toHaveLength(2);
  expect(work(1).context.remainingMs()).toBeLessThanOrEqual(10);
  await clock.advance(10);
  expect(await fate).toBe('E_DEADLINE');
});

test('lets calls take their time when disabled', async () => {
  const { ask, work, clock } = guarded({ deadline: { enabled: false }, ...withoutTimeout });
  const fate = ask('a', { deadlineMs: 10 });
  await clock.advance(60_000);
  expect(work(0).context.remainingMs()).toBe(Number.POSITIVE_INFINITY);
  work(0).succeed('late');
  expect(await fate).toBe('live');
});
