/** Where a cache gets its time from. Replace it in tests, so that nothing sleeps. */
export interface Clock {
  /** Wall-clock milliseconds: ages are compared between processes through Redis. */
  now(): number;
  /** Runs `callback` once after `delayMs`; the returned function cancels it. */
  schedule(callback: () => void, delayMs: number): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    timer.unref(); // a cache must never be what keeps a process alive
    return () => clearTimeout(timer);
  },
};
