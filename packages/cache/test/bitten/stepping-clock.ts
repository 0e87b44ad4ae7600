import type { Clock } from '@ballast/resilience';
import { ManualClock } from '@ballast/resilience/testing';

/** A wall clock as machines have them: somebody may set it, and no timer notices. */
export class SteppingClock implements Clock {
  /** The time that passes, whatever somebody sets. */
  readonly steady = new ManualClock();
  #stepMs = 1_700_000_000_000;

  now(): number {
    return this.steady.now() + this.#stepMs;
  }

  setTimer(...timer: Parameters<Clock['setTimer']>): ReturnType<Clock['setTimer']> {
    const [callback, delayMs] = timer;
    return this.steady.setTimer(callback, delayMs);
  }

  /** Time passes. */
  advance(ms: number): Promise<void> {
    return this.steady.advance(ms);
  }

  /** Somebody sets the clock; no time passes. */
  step(ms: number): void {
    this.#stepMs += ms;
  }
}
