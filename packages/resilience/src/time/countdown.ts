import type { CoarseTimers, Expiring } from './coarse-timers.ts';

/** Waits until this process has run for so long: time in which it was stalled is no time that a dependency took. */
export class Countdown implements Expiring {
  readonly #timers: CoarseTimers;
  readonly #onEnd: (nowMs: number) => void;
  /** When it ends if there was no stall before. */
  readonly #endsAtMs: number;
  expiresAtMs: number;
  nextExpiring: Expiring | undefined = undefined;
  previousExpiring: Expiring | undefined = undefined;

  constructor(timers: CoarseTimers, durationMs: number, nowMs: number, onEnd: (nowMs: number) => void) {
    this.#timers = timers;
    this.#onEnd = onEnd;
    this.#endsAtMs = nowMs + durationMs - timers.stalledMs(nowMs);
    this.expiresAtMs = nowMs + durationMs;
    timers.add(this, nowMs);
  }

  expire(nowMs: number): void {
    this.expiresAtMs = this.#endsAtMs + this.#timers.stalledMs(nowMs);
    if (this.expiresAtMs > nowMs) this.#timers.add(this, nowMs);
    else this.#onEnd(nowMs);
  }

  cancel(): void {
    this.#timers.remove(this);
  }
}
