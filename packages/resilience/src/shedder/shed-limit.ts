import { MeanWait } from './mean-wait.ts';
import type { ShedderSettings } from './shedder-settings.ts';

const growth = 0.1;

/** How many requests may be in flight: fewer while work waits too long for the event loop or in a queue. */
export class ShedLimit {
  readonly loopDelay = new MeanWait();
  readonly queueWait = new MeanWait();
  isOverloaded = false;
  #settings: ShedderSettings;
  #judgedAtMs: number;
  #limit: number;
  #mostInFlight = 0;

  constructor(settings: ShedderSettings, nowMs: number) {
    this.#settings = settings;
    this.#limit = settings.maxInFlight;
    this.#judgedAtMs = nowMs;
  }

  /** Not a whole number: shares of it are compared, and small steps add up. */
  get value(): number {
    return this.#limit;
  }

  configure(settings: ShedderSettings): void {
    this.#settings = settings;
    this.#become(this.#limit);
  }

  /** Told whenever one more is in flight. */
  reached(inFlight: number): void {
    this.#mostInFlight = Math.max(this.#mostInFlight, inFlight);
  }

  loopWas(lateMs: number, inFlight: number, nowMs: number): void {
    this.loopDelay.add(lateMs);
    if (nowMs - this.#judgedAtMs < this.#settings.intervalMs) return;
    this.#judgedAtMs = nowMs;
    this.#judge(this.loopDelay.take(), this.queueWait.take());
    this.#mostInFlight = inFlight;
  }

  #judge(loopDelayMs: number, queueWaitMs: number): void {
    const { maxLoopDelayMs, maxQueueWaitMs } = this.#settings;
    const strain = Math.max(loopDelayMs / maxLoopDelayMs, queueWaitMs / maxQueueWaitMs);
    this.isOverloaded = strain > 1;
    // Down by as much as waits are too long, since they grow with what is in flight; up slowly.
    if (strain > 1) this.#become(Math.min(this.#limit, this.#mostInFlight) * Math.max(0.5, 1 / strain));
    else this.#become(this.#limit * (1 + growth * (1 - strain)) + growth);
  }

  #become(limit: number): void {
    const { minInFlight, maxInFlight } = this.#settings;
    this.#limit = Math.min(maxInFlight, Math.max(minInFlight, limit));
  }
}
