import type { Clock, Timer } from '../primitives/clock.ts';
import { asNobody } from '../primitives/nobody.ts';

const sampleEveryMs = 20;

/** How late the event loop runs timers: what every request waits before anybody looks at it. */
export class LoopDelay {
  readonly #clock: Clock;
  readonly #onSample: (lateMs: number, nowMs: number) => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, onSample: (lateMs: number, nowMs: number) => void) {
    this.#clock = clock;
    this.#onSample = onSample;
    this.#watch();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #watch(): void {
    const dueMs = this.#clock.now() + sampleEveryMs;
    const sample = () => {
      const nowMs = this.#clock.now();
      this.#watch();
      this.#onSample(Math.max(0, nowMs - dueMs), nowMs);
    };
    this.#timer = asNobody(() => this.#clock.setTimer(sample, sampleEveryMs, 'background'));
  }
}
