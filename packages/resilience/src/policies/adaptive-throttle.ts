import type { Call } from '../pipeline/call.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Outcome, Rejection } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { verdictOf } from '../pipeline/verdict.ts';
import { above, atLeast, onOff, type Rules } from '../primitives/options.ts';
import { RollingWindow } from '../time/rolling-window.ts';

export interface ThrottleSettings {
  readonly enabled: boolean;
  /** Requests allowed per accepted one before some are rejected here: 2 lets the backend see twice what it accepts. */
  readonly multiplier: number;
  readonly windowMs: number;
}

export interface ThrottleSnapshot {
  readonly enabled: boolean;
  /** The share of calls that is rejected now, 0 to 1. */
  readonly rejectRatio: number;
  readonly settings: ThrottleSettings;
}

/** Google SRE book, "Handling Overload": client-side throttling. */
export const throttleDefaults: ThrottleSettings = { enabled: false, multiplier: 2, windowMs: 120_000 };

export const throttleRules: Rules = { enabled: onOff, multiplier: atLeast(1), windowMs: above(0) };

const requests = 0;
const notAccepted = 1;
/**
 * The breaker rejected it, or the caller cancelled or gave it too little time: it says nothing about the dependency.
 */
const neutral = 2;
const columns = 3;

/** Rejects p = max(0, (requests - multiplier x accepts) / (requests + 1)) of the calls before they are sent. */
export class AdaptiveThrottle extends Layer {
  readonly #runtime: Runtime;
  #settings: ThrottleSettings;
  #window: RollingWindow;

  constructor(runtime: Runtime, settings: ThrottleSettings) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#window = new RollingWindow(settings.windowMs, columns);
  }

  override enter(call: Call): void {
    if (this.#settings.enabled && this.#rejects(call.nowMs)) {
      this.settle(call, { kind: 'rejected', rejection: this.#rejection() });
    } else this.inner.enter(call);
  }

  override leave(call: Call): void {
    if (this.#settings.enabled) this.#count(call.outcome as Outcome, call.nowMs);
    this.outer.leave(call);
  }

  configure(settings: ThrottleSettings): void {
    if (settings.windowMs !== this.#settings.windowMs || settings.enabled !== this.#settings.enabled) {
      this.#window = new RollingWindow(settings.windowMs, columns);
    }
    this.#settings = settings;
  }

  snapshot(): ThrottleSnapshot {
    const rejectRatio = this.#rejectRatio(this.#runtime.clock.now());
    return { enabled: this.#settings.enabled, rejectRatio, settings: this.#settings };
  }

  #count(outcome: Outcome, nowMs: number): void {
    const verdict = verdictOf(outcome);
    // Neither sent nor accepted. Counted as both, an open breaker or hurried callers would clear the record.
    if (verdict === 'neutral') this.#window.add(neutral, nowMs);
    else if (verdict === 'failure' || verdict === 'busy') this.#window.add(notAccepted, nowMs);
  }

  #rejects(nowMs: number): boolean {
    const rejectRatio = this.#rejectRatio(nowMs);
    const rejects = rejectRatio > 0 && this.#runtime.random() < rejectRatio;
    this.#window.add(requests, nowMs);
    if (rejects) this.#window.add(notAccepted, nowMs);
    return rejects;
  }

  // What is still in flight counts as accepted: otherwise a cold start with 64 callers would throttle itself.
  #rejectRatio(nowMs: number): number {
    const sent = this.#window.sum(requests, nowMs) - this.#window.sum(neutral, nowMs);
    const accepted = sent - this.#window.sum(notAccepted, nowMs);
    return Math.max(0, (sent - this.#settings.multiplier * accepted) / (sent + 1));
  }

  #rejection(): Rejection {
    const { multiplier } = this.#settings;
    return {
      code: 'E_THROTTLED',
      policy: 'throttle',
      detail: 'the dependency accepts too little',
      limit: multiplier,
      option: 'throttle.multiplier',
      retryAfterMs: undefined,
    };
  }
}
