/** Where a cache gets its time from; fits the clock of @ballast/resilience. Replace it in tests, so that nothing sleeps. */
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
