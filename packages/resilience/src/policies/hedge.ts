import type { Call } from '../pipeline/call.ts';
import { SupersededError } from '../pipeline/errors.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { atLeast, integer, onOff, type Rules, ratio } from '../primitives/options.ts';
import { Countdown } from '../time/countdown.ts';
import type { LatencyWindow } from '../time/latency-window.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface HedgeSettings {
  readonly enabled: boolean;
  /** The second attempt starts when the first has taken longer than this share of recent calls. */
  readonly quantile: number;
  /** Never sooner than this. */
  readonly minDelayMs: number;
  /** No hedge before this many calls were seen in the last ten seconds: a quantile of three calls means nothing. */
  readonly minCalls: number;
}

export interface HedgeSnapshot {
  readonly enabled: boolean;
  /** Second attempts since the dependency was made. */
  readonly hedges: number;
  readonly settings: HedgeSettings;
}

export const hedgeDefaults: HedgeSettings = { enabled: false, quantile: 0.95, minDelayMs: 5, minCalls: 20 };

export const hedgeRules: Rules = {
  enabled: onOff,
  quantile: ratio,
  minDelayMs: atLeast(0),
  minCalls: integer(1),
};

// A quantile reads the whole histogram: too much for every call, and latency does not change that fast.
const relearnEveryMs = 100;

/** Dean and Barroso, "The Tail at Scale": asks a second time when the first answer is late, and takes the first. */
export class Hedge extends Layer {
  readonly #runtime: Runtime;
  readonly #budget: RetryBudget;
  readonly #latency: LatencyWindow;
  #settings: HedgeSettings;
  #maxAttempts: number;
  #usualMs = Number.POSITIVE_INFINITY;
  #learnedAtMs = Number.NEGATIVE_INFINITY;
  #hedges = 0;

  constructor(
    runtime: Runtime,
    settings: HedgeSettings,
    maxAttempts: number,
    budget: RetryBudget,
    latency: LatencyWindow,
  ) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#maxAttempts = maxAttempts;
    this.#budget = budget;
    this.#latency = latency;
  }

  override enter(call: Call): void {
    // Here, since only what is really sent gets this far: what an open breaker rejects must not earn retries.
    if (call.attempt === 1) this.#budget.countRequest(call.nowMs);
    if (this.#settings.enabled && call.idempotent) this.#schedule(call);
    this.inner.enter(call);
  }

  override leave(call: Call): void {
    call.hedgeTimer?.cancel();
    const otherAttempt = call.running ?? call.runningHedge;
    if (otherAttempt !== undefined) {
      if (call.outcome?.kind === 'failure') {
        call.earlierErrors = [...(call.earlierErrors ?? []), call.outcome.error];
        return;
      }
      call.abandonWork(() => new SupersededError(this.#runtime.name));
    }
    this.outer.leave(call);
  }

  configure(settings: HedgeSettings, maxAttempts: number): void {
    this.#settings = settings;
    this.#maxAttempts = maxAttempts;
    this.#learnedAtMs = Number.NEGATIVE_INFINITY;
  }

  snapshot(): HedgeSnapshot {
    return { enabled: this.#settings.enabled, hedges: this.#hedges, settings: this.#settings };
  }

  #schedule(call: Call): void {
    const delayMs = this.#delayMs(call.nowMs);
    if (delayMs >= call.expiresAtMs - call.nowMs) return;
    const { attempt } = call;
    call.keepContext();
    call.hedgeTimer = new Countdown(this.#runtime.timers, delayMs, call.nowMs, (nowMs) => {
      if (call.running === undefined || call.attempt !== attempt) return;
      call.resume(() => this.#askAgain(call, delayMs, nowMs));
    });
  }

  #delayMs(nowMs: number): number {
    const { quantile, minDelayMs, minCalls } = this.#settings;
    if (nowMs - this.#learnedAtMs >= relearnEveryMs) {
      const isKnown = this.#latency.count(nowMs) >= minCalls;
      // Rounded up: where all calls take as long, an estimate below that would hedge all of them.
      this.#usualMs = isKnown ? this.#latency.upperQuantile(quantile, nowMs) : Number.POSITIVE_INFINITY;
      this.#learnedAtMs = nowMs;
    }
    return Math.max(minDelayMs, this.#usualMs);
  }

  #askAgain(call: Call, delayMs: number, nowMs: number): void {
    if (call.attempt >= this.#maxAttempts || !this.#budget.spend(nowMs)) return;
    this.#hedges++;
    call.attempt++;
    call.nowMs = nowMs;
    const { events } = this.#runtime;
    if (events.listening) {
      events.emit({
        type: 'hedge',
        attempt: call.attempt,
        delayMs,
        dependency: this.#runtime.name,
        at: nowMs,
        context: call.options.context,
      });
    }
    this.inner.enter(call);
  }
}
