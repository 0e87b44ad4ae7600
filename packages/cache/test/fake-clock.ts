import type { Clock } from '../src/clock.ts';

interface Timer {
  atMs: number;
  callback: () => void;
}

/** Time moves only when a test says so. */
export class FakeClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  now = (): number => this.#nowMs;

  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimer(callback: () => void, delayMs: number): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Fires due timers in order, letting promises settle after each. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await settle();
    for (let timer = this.#nextUntil(untilMs); timer; timer = this.#nextUntil(untilMs)) {
      this.#timers.delete(timer);
      this.#nowMs = timer.atMs;
      timer.callback();
      await settle();
    }
    this.#nowMs = untilMs;
    await settle();
  }

  #nextUntil(untilMs: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.atMs <= untilMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Runs everything that waits for a promise, nothing that waits for time. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
