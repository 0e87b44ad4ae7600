import { expect, test } from 'vitest';
import { AttemptTimeoutError, CancelledError } from '../pipeline/errors.ts';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

const once = { deadlineMs: 10_000, attemptTimeoutMs: 300, retry: { enabled: false } };

test('fails an attempt that takes too long and aborts its work with a typed reason', async () => {
  const { guard, work, clock } = guarded(once);
  const failure = guard.call('a').catch((error) => error);
  const { signal } = work(0).context;
  await clock.advance(300);
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toBeInstanceOf(AttemptTimeoutError);
  expect(await failure).toMatchObject({ code: 'E_ATTEMPT_TIMEOUT', dependency: 'inventory', timeoutMs: 300 });
});

test('ignores what a timed-out attempt still answers', async () => {
  const { guard, ask, work, clock } = guarded(once);
  const fate = ask('a');
  await clock.advance(305);
  work(0).succeed('too late');
  expect(await fate).toBe('E_ATTEMPT_TIMEOUT');
  expect(guard.snapshot().outcomes).toMatchObject({ success: 0, timeout: 1 });
});

test('gives work that reads its signal late an aborted one', async () => {
  const { ask, work, clock } = guarded(once);
  ask('a');
  await clock.advance(305);
  expect(work(0).context.signal.aborted).toBe(true);
  expect(work(0).context.signal.reason).toBeInstanceOf(AttemptTimeoutError);
});

test("hands the caller's cancel on, and does not call it a timeout", async () => {
  const { guard, work } = guarded(once);
  const cancel = new AbortController();
  const failure = guard.call('a', { signal: cancel.signal }).catch((error) => error);
  const { signal } = work(0).context;
  cancel.abort('user left');
  expect(signal.reason).toBeInstanceOf(CancelledError);
  expect(await failure).toMatchObject({ code: 'E_CANCELLED', cause: 'user left' });
});

test('aborts nobody else', async () => {
  const { ask, work, clock } = guarded(once);
  ask('a');
  const first = work(0).context.signal;
  await clock.advance(200);
  const fate = ask('b');
  const second = work(1).context.signal;
  await clock.advance(105);
  expect([first.aborted, second.aborted]).toEqual([true, false]);
  work(1).succeed('fine');
  expect(await fate).toBe('live');
});

test('tells the work how long it has left', async () => {
  const { ask, work, clock } = guarded(once);
  ask('a', { deadlineMs: 200 });
  ask('b');
  await clock.advance(50);
  expect([work(0).context.remainingMs(), work(1).context.remainingMs()]).toEqual([150, 250]);
});

test('tells work that nobody waits for that it has no time left', async () => {
  const { ask, work, clock } = guarded({ ...once, retry: { enabled: true, baseDelayMs: 0 } });
  ask('a');
  await clock.advance(310);
  expect(work(0).context.remainingMs()).toBe(0);
  expect(work(1).context.remainingMs()).toBeGreaterThan(280);
});

test('sets no timer for each of a thousand calls', async () => {
  const { ask, work, clock } = guarded({ ...once, bulkhead: { enabled: false } });
  for (let i = 0; i < 1000; i++) {
    const fate = ask(i);
    work(i).succeed('fine');
    await fate;
  }
  expect(clock.timersSet).toBeLessThanOrEqual(1);
});

test('leaves the deadline in charge when disabled', async () => {
  const { guard, ask, clock } = guarded({ ...once, deadlineMs: 1000 });
  guard.configure({ timeout: { enabled: false } });
  const fate = ask('a');
  await clock.advance(1005);
  expect(await fate).toBe('E_DEADLINE');
});

test('applies a new timeout to the next attempt', async () => {
  const { guard, ask, work } = guarded(once);
  guard.configure({ attemptTimeoutMs: 50 });
  ask('a');
  expect(work(0).context.remainingMs()).toBe(50);
  await settled();
});

test('counts a call that throws at once as a failure', async () => {
  const { ask } = guarded(once, {
    call: () => {
      throw new Error('synchronous');
    },
  });
  expect(await ask('a')).toBe('synchronous');
});
