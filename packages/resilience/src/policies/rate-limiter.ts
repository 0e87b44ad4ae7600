import type { Call } from '../pipeline/call.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Rejection } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { above, integer, onOff, type Rules } from '../primitives/options.ts';

export interface RateLimitSettings {
  readonly enabled: boolean;
  /** Calls per second, sustained. */
  readonly perSecond: number;
  /** Calls that may come at once after a quiet time. */
  readonly burst: number;
}

export interface RateLimitSnapshot {
  readonly enabled: boolean;
  /** Calls that could be let through now. */
  readonly available: number;
  readonly settings: RateLimitSettings;
}

export const rateLimitDefaults: RateLimitSettings = { enabled: false, perSecond: 100, burst: 100 };

export const rateLimitRules: Rules = { enabled: onOff, perSecond: above(0), burst: integer(1) };

/** A token bucket filled by arithmetic when a call comes, so it needs no timer. */
export class RateLimiter extends Layer {
  readonly #runtime: Runtime;
  #settings: RateLimitSettings;
  #tokens: number;
  #filledAtMs: number;

  constructor(runtime: Runtime, settings: RateLimitSettings) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#tokens = settings.burst;
    this.#filledAtMs = runtime.clock.now();
  }

  override enter(call: Call): void {
    if (this.#settings.enabled && !this.#take(call.nowMs)) this.#reject(call);
    else this.inner.enter(call);
  }

  configure(settings: RateLimitSettings): void {
    const nowMs = this.#runtime.clock.now();
    this.#fill(nowMs);
    // What was off has not been counting: it starts full.
    if (!this.#settings.enabled && settings.enabled) this.#tokens = settings.burst;
    this.#settings = settings;
    this.#fill(nowMs);
  }

  snapshot(): RateLimitSnapshot {
    this.#fill(this.#runtime.clock.now());
    const { enabled } = this.#settings;
    return { enabled, available: Math.floor(this.#tokens), settings: this.#settings };
  }

  #take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #fill(nowMs: number): void {
    const { perSecond, burst } = this.#settings;
    const earned = ((nowMs - this.#filledAtMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + Math.max(0, earned));
    this.#filledAtMs = nowMs;
  }

  #reject(call: Call): void {
    const { perSecond } = this.#settings;
    const rejection: Rejection = {
      code: 'E_RATE_LIMITED',
      policy: 'rateLimit',
      detail: 'too many calls per second',
      limit: perSecond,
      option: 'rateLimit.perSecond',
      retryAfterMs: Math.ceil(((1 - this.#tokens) / perSecond) * 1000),
    };
    this.settle(call, { kind: 'rejected', rejection });
  }
}
