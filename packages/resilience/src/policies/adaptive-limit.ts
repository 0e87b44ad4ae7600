import type { Call } from '../pipeline/call.ts';
import type { NoSuccess, Outcome } from '../pipeline/outcome.ts';
import { above, integer, onOff, type Rules, ratio } from '../primitives/options.ts';
import { UsualLatency } from './usual-latency.ts';

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

/** What the limit has learned. */
export interface AdaptiveMemory {
  readonly limit: number;
  /** 0 before it was known. */
  readonly usualMs: number;
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

const dropFactor = 0.9;
/** With so much of the limit in use there is no queue, even at the limit that a server which is full settles at. */
const calmShare = 1 / 3;

/** A concurrency limit that follows latency: it shrinks when answers take longer than they used to. */
export class AdaptiveLimit {
  #settings: AdaptiveSettings;
  #limit = 0;
  /** Made when the limit is first switched on. */
  #usual: UsualLatency | undefined;

  constructor(settings: AdaptiveSettings) {
    this.#settings = settings;
    this.#become(settings.initialLimit);
    if (settings.enabled) this.#usual = new UsualLatency();
  }

  get enabled(): boolean {
    return this.#settings.enabled;
  }

  get limit(): number {
    return this.#usual?.isLowered ? this.#calmLimit : Math.floor(this.#limit);
  }

  /** Learns from a call that is over. */
  observe(call: Call, inFlight: number): void {
    const outcome = call.outcome as Outcome;
    const { attemptMs } = call;
    if (outcome.kind === 'success') this.sample(attemptMs, inFlight, call.nowMs);
    else if (this.#saysTooMuch(outcome, attemptMs)) this.drop();
    // Also by calls that are no samples: a dependency that hangs must not hold the limit down.
    this.#usual?.endLowering({ latencyMs: attemptMs, nowMs: call.nowMs });
  }

  sample(latencyMs: number, inFlight: number, nowMs: number): void {
    const { tolerance, headroom, smoothing } = this.#settings;
    const usual = this.#usual as UsualLatency;
    usual.sample({ latencyMs, nowMs, inFlight, limit: this.limit, calmLimit: this.#calmLimit });
    if (!usual.isKnown || usual.isLowered) return;
    const slowFromMs = tolerance * usual.ms;
    const gradient = latencyMs <= slowFromMs ? 1 : Math.max(0.5, slowFromMs / latencyMs);
    // A limit that is not reached proves nothing about what lies beyond it. A third of it in use may make a queue.
    if (inFlight < this.#limit / 2 && (gradient === 1 || inFlight <= this.#calmLimit)) return;
    const target = this.#limit * gradient + headroom;
    this.#become(this.#limit * (1 - smoothing) + target * smoothing);
  }

  drop(): void {
    this.#become(this.#limit * dropFactor);
  }

  configure(settings: AdaptiveSettings): void {
    this.#settings = settings;
    if (settings.enabled) this.#usual ??= new UsualLatency();
    this.#become(this.#limit);
  }

  snapshot(): AdaptiveSnapshot {
    return {
      enabled: this.enabled,
      limit: this.limit,
      usualMs: this.#usual?.ms ?? 0,
      settings: this.#settings,
    };
  }

  /** Undefined while it is off: then it learns nothing. */
  exportMemory(): AdaptiveMemory | undefined {
    if (!this.enabled) return undefined;
    return { limit: Math.floor(this.#limit), usualMs: this.#usual?.isKnown ? this.#usual.ms : 0 };
  }

  restoreMemory({ limit, usualMs }: AdaptiveMemory, nowMs: number): void {
    if (!this.enabled) return;
    this.#become(limit);
    if (usualMs > 0) this.#usual?.restore(usualMs, nowMs);
  }

  /** No answer in time, or one that asks to come back later. */
  #saysTooMuch(outcome: NoSuccess, attemptMs: number): boolean {
    if (outcome.kind === 'failure') return outcome.verdict === 'busy';
    if (outcome.kind !== 'timeout') return false;
    // Otherwise calls with 3 ms left to a dependency that answers within 10 ms would shrink the limit for all others.
    return outcome.code === 'E_ATTEMPT_TIMEOUT' || this.#isUnusual(attemptMs);
  }

  #isUnusual(attemptMs: number): boolean {
    const usualMs = this.#usual?.ms ?? 0;
    return usualMs > 0 && attemptMs > this.#settings.tolerance * usualMs;
  }

  get #calmLimit(): number {
    return Math.max(this.#settings.minLimit, Math.floor(this.#limit * calmShare));
  }

  #become(limit: number): void {
    this.#limit = Math.min(this.#settings.maxLimit, Math.max(this.#settings.minLimit, limit));
  }
}
