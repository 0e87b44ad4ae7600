/**
 * Where a cache gets its time from. Replace it in tests, so that nothing sleeps. The clock of @ballast/resilience has the
 * same shape and is not the right one: it counts on from the start of its process, past every correction of the wall
 * clock, and what two processes call now drifts apart.
 */
export interface Clock {
  /** Wall-clock milliseconds: ages are compared between processes through Redis. */
  now(): number;
  /** Runs `callback` once after `delayMs`; a `background` timer must not keep the process alive. */
  setTimer(callback: () => void, delayMs: number, kind?: 'background'): { cancel(): void };
}

export const systemClock: Clock = {
  now: Date.now,
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    timer.unref(); // a cache must never be what keeps a process alive
    return { cancel: () => clearTimeout(timer) };
  },
};
