import { mock } from 'node:test';
import { afterEach, expect, test, vi } from 'vitest';
import { type Clock, dependency, standardPolicy, systemClock } from '../../src/index.ts';

// p-timeout#16: who swaps the global timers and swaps them back leaves a shared timer that never fires.

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The system's clock, and not the one that all tests of this process share. */
const ownClock = (): Clock => ({ now: () => systemClock.now(), setTimer: systemClock.setTimer });

const hanging = (clock: Clock) =>
  dependency({
    name: 'hangs',
    policy: standardPolicy({ deadlineMs: 10_000, attemptTimeoutMs: 30, retry: { enabled: false } }),
    call: () => new Promise<string>(() => {}),
    clock,
  });

/** What becomes of a call, as long as anybody would wait for a timeout of 30 ms. */
function fateOf(call: Promise<unknown>): Promise<string> {
  const fate = call.then(
    () => 'live',
    (error) => error.code,
  );
  return Promise.race([fate, new Promise<string>((resolve) => setTimeout(resolve, 600, 'never settled'))]);
}

test.each([
  ['timers only', { toFake: ['setTimeout', 'clearTimeout'] as const }],
  ['timers and Date', { toFake: ['setTimeout', 'clearTimeout', 'Date'] as const }],
  ['everything', {}],
])(
  'a call times out after fake timers were put away: %s',
  async (_, { toFake }: { toFake?: readonly ('setTimeout' | 'clearTimeout' | 'Date')[] }) => {
    const clock = ownClock();
    const guard = hanging(clock);
    vi.useFakeTimers(toFake && { toFake: [...toFake] });
    guard.call(undefined).catch(() => {});
    vi.useRealTimers();
    // Until the time the shared timer was set for is over.
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await fateOf(guard.call(undefined))).toBe('E_ATTEMPT_TIMEOUT');
  },
);

const someTimers = { toFake: ['setTimeout', 'clearTimeout'] } as const;

test.each(
  [0, 20, 200, 60_000].flatMap(
    (ms) =>
      [
        { ms, fake: 'all' },
        { ms, fake: 'some' },
      ] as const,
  ),
)(
  'a call times out right after $fake timers were swapped back, $ms ms after the first call with them',
  async ({ ms, fake }) => {
    const guard = hanging(ownClock());
    vi.useFakeTimers(fake === 'some' ? { toFake: [...someTimers.toFake] } : undefined);
    guard.call(undefined).catch(() => {});
    await vi.advanceTimersByTimeAsync(ms);
    guard.call(undefined).catch(() => {});
    vi.useRealTimers();
    expect(await fateOf(guard.call(undefined))).toBe('E_ATTEMPT_TIMEOUT');
  },
);

test('a call times out in fake time, though another has waited since before', async () => {
  const warn = vi.spyOn(process, 'emitWarning');
  const guard = hanging(ownClock());
  guard.call(undefined).catch(() => {});
  vi.useFakeTimers();
  let fate = 'pending';
  guard.call(undefined).catch((error) => (fate = error.code));
  await vi.advanceTimersByTimeAsync(40);
  expect(fate).toBe('E_ATTEMPT_TIMEOUT');
  expect(warn).not.toHaveBeenCalled();
});

test('timers of this process and those of node:test can be swapped as often as one likes', async () => {
  const guard = hanging(ownClock());
  for (let i = 0; i < 5; i++) {
    mock.timers.enable({ apis: ['setTimeout'] });
    guard.call(undefined).catch(() => {});
    mock.timers.reset();
    expect(await fateOf(guard.call(undefined))).toBe('E_ATTEMPT_TIMEOUT');
  }
});

test('an open breaker lets a probe in when its time is over, though its timer was put away', async () => {
  const guard = dependency({
    name: 'fails',
    policy: standardPolicy({
      breaker: { minCalls: 1, openMs: 50, openJitterRatio: 0 },
      retry: { enabled: false },
    }),
    call: () => Promise.reject(Object.assign(new Error('no'), { code: 'NO' })),
    clock: ownClock(),
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  expect(await guard.call(undefined).catch(({ code }) => code)).toBe('NO');
  expect(await guard.call(undefined).catch(({ code }) => code)).toBe('E_BREAKER_OPEN');
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await guard.call(undefined).catch(({ code }) => code)).toBe('NO');
});

test('a call times out though fake time was an hour ahead when it was put away', async () => {
  const guard = hanging(ownClock());
  vi.useFakeTimers();
  await vi.advanceTimersByTimeAsync(3_600_000);
  guard.call(undefined).catch(() => {});
  vi.useRealTimers();
  expect(await fateOf(guard.call(undefined))).toBe('E_ATTEMPT_TIMEOUT');
});

test('the call that was waiting when the timers were swapped times out too, once there is another', async () => {
  const guard = hanging(ownClock());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const early = guard.call(undefined);
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 120));
  const late = fateOf(guard.call(undefined));
  expect(await fateOf(early)).toBe('E_ATTEMPT_TIMEOUT');
  expect(await late).toBe('E_ATTEMPT_TIMEOUT');
});

/** A machine that sleeps: its clock goes on, and timers that were set before fire late or not at all. */
function suspendable() {
  let asleepMs = 0;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  let nowMs = 1_000_000;
  const clock: Clock = {
    now: () => nowMs + asleepMs,
    setTimer(callback, delayMs) {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
    },
  };
  /** The timers count only the time that the machine was awake. */
  async function awakeFor(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5) {
      nowMs += 5;
      for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) {
        timers = timers.filter((other) => other !== timer);
        timer.callback();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { clock, awakeFor, suspend: (ms: number) => (asleepMs += ms), lose: () => (timers = []) };
}

test.each([
  { how: 'the timer was lost', lose: true },
  { how: 'the timer counts only the time awake', lose: false },
])('a call after a suspend times out in its own time: $how', async ({ lose }) => {
  const machine = suspendable();
  const guard = hanging(machine.clock);
  guard.call(undefined).catch(() => {});
  await machine.awakeFor(5);
  machine.suspend(3_600_000);
  if (lose) machine.lose();
  let fate = 'pending';
  guard.call(undefined).catch((error) => (fate = error.code));
  await machine.awakeFor(60);
  expect(fate).toBe('E_ATTEMPT_TIMEOUT');
});
