import type { Call } from './call.ts';
import { above, integer, onOff, type Rules, ratio } from './settings.ts';

export interface AdaptiveSettings {
  readonly enabled: boolean;
  readonly initialLimit: number;
  readonly minLimit: number;
  readonly maxLimit: number;
  /** How much slower than usual still counts as usual. */
  readonly tolerance: number;
  /** Room to grow: calls allowed beyond what latency asks for. */
  readonly queueSize: number;
  /** Weight of each new limit. */
  readonly smoothing: number;
}

/** Netflix concurrency-limits, Gradient2. */
export const adaptiveDefaults: AdaptiveSettings = {
  enabled: false,
  initialLimit: 20,
  minLimit: 4,
  maxLimit: 200,
  tolerance: 1.5,
  queueSize: 4,
  smoothing: 0.2,
};

export const adaptiveRules: Rules = {
  enabled: onOff,
  initialLimit: integer(1),
  minLimit: integer(1),
  maxLimit: integer(1),
  tolerance: above(0),
  queueSize: integer(0),
  smoothing: ratio,
};

const longTermWeight = 1 / 600;
const dropFactor = 0.9;

/** A concurrency limit that follows latency: it shrinks when answers get slower than they used to be. */
export class AdaptiveLimit {
  #settings: AdaptiveSettings;
  #limit: number;
  #longMs = 0;

  constructor(settings: AdaptiveSettings) {
    this.#settings = settings;
    this.#limit = settings.initialLimit;
  }

  get enabled(): boolean {
    return this.#settings.enabled;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  observe(call: Call, inFlight: number): void {
    if (!this.#settings.enabled) return;
    const kind = call.outcome?.kind;
    if (kind === 'timeout') this.#become(this.#limit * dropFactor);
    else if (kind === 'success') this.#sample(call.nowMs - call.attemptStartedAtMs, inFlight);
  }

  configure(settings: AdaptiveSettings): void {
    this.#settings = settings;
    this.#become(this.#limit);
  }

  snapshot() {
    return { enabled: this.enabled, limit: this.limit, longMs: this.#longMs, settings: this.#settings };
  }

  #sample(shortMs: number, inFlight: number): void {
    const { tolerance, queueSize, smoothing } = this.#settings;
    this.#longMs = this.#longMs === 0 ? shortMs : this.#longMs + (shortMs - this.#longMs) * longTermWeight;
    // After an overload the long-term average is too high and must come down faster than it went up.
    if (this.#longMs > 2 * shortMs) this.#longMs *= 0.95;
    if (inFlight < this.#limit / 2) return;
    const gradient = Math.max(
      0.5,
      Math.min(1, (tolerance * this.#longMs) / Math.max(shortMs, Number.EPSILON)),
    );
    const target = this.#limit * gradient + queueSize;
    this.#become(this.#limit * (1 - smoothing) + target * smoothing);
  }

  #become(limit: number): void {
    this.#limit = Math.min(this.#settings.maxLimit, Math.max(this.#settings.minLimit, limit));
  }
}
