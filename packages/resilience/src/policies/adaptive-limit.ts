import type { Call } from '../pipeline/call.ts';
import type { NoSuccess, Outcome } from '../pipeline/outcome.ts';
import { above, integer, onOff, type Rules, ratio } from '../primitives/options.ts';

export interface AdaptiveSettings {
  readonly enabled: boolean;
  /** Where it begins; kept within the two below. */
  readonly initialLimit: number;
  readonly minLimit: number;
  readonly maxLimit: number;
  /** How many times slower than usual still counts as usual. */
  readonly tolerance: number;
  /** Calls allowed beyond what latency asks for: the room to grow. */
  readonly headroom: number;
  /** Weight of each new limit against the one before. */
  readonly smoothing: number;
}

export interface AdaptiveSnapshot {
  readonly enabled: boolean;
  readonly limit: number;
  /** The latency that counts as usual; 0 before the first answer. */
  readonly usualMs: number;
  readonly settings: AdaptiveSettings;
}

/** Netflix concurrency-limits, Gradient2. */
export const adaptiveDefaults: AdaptiveSettings = {
  enabled: false,
  initialLimit: 20,
  minLimit: 4,
  maxLimit: 200,
  tolerance: 1.5,
  headroom: 4,
  smoothing: 0.2,
};

export const adaptiveRules: Rules = {
  enabled: onOff,
  initialLimit: integer(1),
  minLimit: integer(1),
  maxLimit: integer(1),
  tolerance: above(0),
  headroom: integer(0),
  smoothing: ratio,
};

const usualWeight = 1 / 600;
const dropFactor = 0.9;

/** A concurrency limit that follows latency: it shrinks when answers take longer than they used to. */
export class AdaptiveLimit {
  #settings: AdaptiveSettings;
  #limit = 0;
  #usualMs = 0;

  constructor(settings: AdaptiveSettings) {
    this.#settings = settings;
    this.#become(settings.initialLimit);
  }

  get enabled(): boolean {
    return this.#settings.enabled;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Learns from a call that is over. */
  observe(call: Call, inFlight: number): void {
    const outcome = call.outcome as Outcome;
    const attemptMs = call.nowMs - call.attemptStartedAtMs;
    if (outcome.kind === 'success') this.sample(attemptMs, inFlight);
    else if (this.#saysTooMuch(outcome, attemptMs)) this.drop();
  }

  sample(latencyMs: number, inFlight: number): void {
    const { tolerance, headroom, smoothing } = this.#settings;
    this.#usualMs += (latencyMs - this.#usualMs) * (this.#usualMs === 0 ? 1 : usualWeight);
    // What an overload has made usual is forgotten faster than it was learned.
    if (this.#usualMs > 2 * latencyMs) this.#usualMs *= 0.95;
    // A limit that is not reached proves nothing about what lies beyond it.
    if (inFlight < this.#limit / 2) return;
    const gradient = Math.max(
      0.5,
      Math.min(1, (tolerance * this.#usualMs) / Math.max(latencyMs, Number.EPSILON)),
    );
    const target = this.#limit * gradient + headroom;
    this.#become(this.#limit * (1 - smoothing) + target * smoothing);
  }

  drop(): void {
    this.#become(this.#limit * dropFactor);
  }

  configure(settings: AdaptiveSettings): void {
    this.#settings = settings;
    this.#become(this.#limit);
  }

  snapshot(): AdaptiveSnapshot {
    return { enabled: this.enabled, limit: this.limit, usualMs: this.#usualMs, settings: this.#settings };
  }

  /** No answer in time, or one that asks to come back later. */
  #saysTooMuch(outcome: NoSuccess, attemptMs: number): boolean {
    if (outcome.kind === 'failure') return outcome.verdict === 'busy';
    if (outcome.kind !== 'timeout') return false;
    // Otherwise calls with 3 ms left to a dependency that answers within 10 ms would shrink the limit for all others.
    return outcome.code === 'E_ATTEMPT_TIMEOUT' || this.#isUnusual(attemptMs);
  }

  #isUnusual(attemptMs: number): boolean {
    return this.#usualMs > 0 && attemptMs > this.#settings.tolerance * this.#usualMs;
  }

  #become(limit: number): void {
    this.#limit = Math.min(this.#settings.maxLimit, Math.max(this.#settings.minLimit, limit));
  }
}
