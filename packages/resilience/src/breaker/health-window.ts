import { RollingWindow } from '../time/rolling-window.ts';
import type { BreakerMemory, BreakerSettings, BreakerSnapshot, TooHighRatio } from './breaker-settings.ts';

type HealthMemory = BreakerMemory['window'];

type Health = Pick<BreakerSnapshot, 'windowCalls' | 'failureRatio' | 'slowRatio'>;

const calls = 0;
const failures = 1;
const slowCalls = 2;

/** What the breaker looks at: failed and slow calls among the recent ones. */
export class HealthWindow {
  readonly #window: RollingWindow;

  constructor(windowMs: number) {
    this.#window = new RollingWindow(windowMs, 3);
  }

  count(nowMs: number, isFailure: boolean, isSlow: boolean): void {
    this.#window.add(calls, nowMs);
    if (isFailure) this.#window.add(failures, nowMs);
    if (isSlow) this.#window.add(slowCalls, nowMs);
  }

  /** Which ratio is too high, if any; `slowInFlight` calls have not ended and are slow already. */
  tooHighRatio(settings: BreakerSettings, nowMs: number, slowInFlight = 0): TooHighRatio | undefined {
    const seen = this.#window.sum(calls, nowMs) + slowInFlight;
    if (seen < settings.minCalls) return undefined;
    if (this.#window.sum(failures, nowMs) >= settings.failureRatio * seen) return 'failureRatio';
    if (this.#window.sum(slowCalls, nowMs) + slowInFlight >= settings.slowRatio * seen) return 'slowRatio';
    return undefined;
  }

  snapshot(nowMs: number): Health {
    const windowCalls = this.#window.sum(calls, nowMs);
    const share = (column: number) => (windowCalls === 0 ? 0 : this.#window.sum(column, nowMs) / windowCalls);
    return { windowCalls, failureRatio: share(failures), slowRatio: share(slowCalls) };
  }

  exportMemory(nowMs: number): HealthMemory {
    const sum = (column: number) => this.#window.sum(column, nowMs);
    return { calls: sum(calls), failures: sum(failures), slowCalls: sum(slowCalls) };
  }

  restoreMemory(memory: HealthMemory, nowMs: number): void {
    this.#window.addMany(calls, memory.calls, nowMs);
    this.#window.addMany(failures, memory.failures, nowMs);
    this.#window.addMany(slowCalls, memory.slowCalls, nowMs);
  }

  clear(): void {
    this.#window.clear();
  }
}
