import type { Call } from '../pipeline/call.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Outcome, Rejection } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { verdictOf } from '../pipeline/verdict.ts';
import { above, atLeast, integer, onOff, type Rules } from '../primitives/options.ts';
import { RollingWindow } from '../time/rolling-window.ts';

export interface ThrottleSettings {
  readonly enabled: boolean;
  /** Requests allowed per accepted one before some are rejected here: 2 lets the backend see twice what it accepts. */
  readonly multiplier: number;
  /** How far back calls count: those that began and ended within it. */
  readonly windowMs: number;
  /** No rejection on fewer calls than this in the window: the ratio of three calls means nothing. */
  readonly minCalls: number;
}

export interface ThrottleSnapshot {
  readonly enabled: boolean;
  /** The share of calls that is rejected now, 0 to 1. */
  readonly rejectRatio: number;
  readonly settings: ThrottleSettings;
}

/** Google SRE book, "Handling Overload": client-side throttling. */
export const throttleDefaults: ThrottleSettings = {
  enabled: false,
  multiplier: 2,
  windowMs: 120_000,
  minCalls: 20,
};

export const throttleRules: Rules = {
  enabled: onOff,
  multiplier: atLeast(1),
  windowMs: above(0),
  minCalls: integer(1),
};

const requests = 0;
const accepts = 1;

/** Rejects p = max(0, (requests - multiplier x accepts) / (requests + 1)) of the calls before they are sent. */
export class AdaptiveThrottle extends Layer {
  readonly #runtime: Runtime;
  #settings: ThrottleSettings;
  /** Only while the throttle is on. */
  #record: AcceptRecord | undefined;

  constructor(runtime: Runtime, settings: ThrottleSettings) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#record = recordFor(settings);
  }

  override enter(call: Call): void {
    const record = this.#record;
    if (record === undefined) this.inner.enter(call);
    else if (this.#rejects(record, call.nowMs)) {
      this.settle(call, { kind: 'rejected', rejection: this.#rejection() });
    } else {
      record.inFlight++;
      call.acceptRecord = record;
      this.inner.enter(call);
    }
  }

  override leave(call: Call): void {
    const record = call.acceptRecord;
    if (record instanceof AcceptRecord) this.#count(record, call);
    this.outer.leave(call);
  }

  configure(settings: ThrottleSettings): void {
    const { enabled, windowMs } = this.#settings;
    // A call that is in flight now belongs to the record that ends here, and counts in no other.
    if (settings.windowMs !== windowMs || settings.enabled !== enabled) this.#record = recordFor(settings);
    this.#settings = settings;
  }

  snapshot(): ThrottleSnapshot {
    const rejectRatio = this.#record?.rejectRatio(this.#settings, this.#runtime.clock.now()) ?? 0;
    return { enabled: this.#settings.enabled, rejectRatio, settings: this.#settings };
  }

  #rejects(record: AcceptRecord, nowMs: number): boolean {
    const rejectRatio = record.rejectRatio(this.#settings, nowMs);
    const rejects = rejectRatio > 0 && this.#runtime.random() < rejectRatio;
    if (rejects) record.count(false, nowMs);
    return rejects;
  }

  #count(record: AcceptRecord, call: Call): void {
    call.acceptRecord = undefined;
    record.inFlight--;
    const verdict = verdictOf(call.outcome as Outcome);
    // The breaker rejected it, or the caller cancelled or gave it too little time: that says nothing about the
    // dependency. Counted as accepted, an open breaker or hurried callers would clear the record.
    if (verdict === 'neutral' || verdict === 'uncounted') return;
    // What began before the window tells of a time that the window has forgotten.
    if (call.nowMs - call.attemptStartedAtMs > this.#settings.windowMs) return;
    record.count(verdict === 'success' || verdict === 'caller', call.nowMs);
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

/**
 * How many requests were accepted. A request and its fate are counted at once, when the call settles: counted apart,
 * one of them can be missing from the window, and a healthy dependency looks as if it accepted nothing.
 */
class AcceptRecord {
  readonly #window: RollingWindow;
  inFlight = 0;

  constructor(windowMs: number) {
    this.#window = new RollingWindow(windowMs, 2);
  }

  count(isAccepted: boolean, nowMs: number): void {
    this.#window.add(requests, nowMs);
    if (isAccepted) this.#window.add(accepts, nowMs);
  }

  // What is still in flight counts as accepted: otherwise a cold start with 64 callers would throttle itself.
  rejectRatio({ multiplier, minCalls }: ThrottleSettings, nowMs: number): number {
    const counted = this.#window.sum(requests, nowMs);
    if (counted < minCalls) return 0;
    const sent = counted + this.inFlight;
    const accepted = this.#window.sum(accepts, nowMs) + this.inFlight;
    return Math.max(0, (sent - multiplier * accepted) / (sent + 1));
  }
}

function recordFor({ enabled, windowMs }: ThrottleSettings): AcceptRecord | undefined {
  return enabled ? new AcceptRecord(windowMs) : undefined;
}
