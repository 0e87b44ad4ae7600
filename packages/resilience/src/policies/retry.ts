import type { Call, WaitHandler } from '../pipeline/call.ts';
import { causeOf, deadlineRejection, errorCodeOf, errorOf } from '../pipeline/errors.ts';
import type { RetryRejection } from '../pipeline/events.ts';
import { Layer } from '../pipeline/layer.ts';
import type { NoSuccess, Outcome, Verdict } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { forbidsRetry, retryAfterMsOf, verdictOf } from '../pipeline/verdict.ts';
import { backoffMs } from '../primitives/backoff.ts';
import { atLeast, integer, onOff, type Rules } from '../primitives/options.ts';
import {
  type RetryBudget,
  type RetryBudgetSettings,
  retryBudgetDefaults,
  retryBudgetRules,
} from './retry-budget.ts';

export interface RetrySettings {
  readonly enabled: boolean;
  /** Attempts in all, the first and any hedge included. */
  readonly maxAttempts: number;
  /** The first retry waits a random time up to this, the second up to twice this. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly budget: RetryBudgetSettings;
}

export interface RetrySnapshot {
  readonly enabled: boolean;
  /** Retries that the budget still allows in this window, and that it allows in all. */
  readonly budgetAvailable: number;
  readonly budgetCapacity: number;
  /** Since the dependency was made. */
  readonly retries: number;
  readonly rejected: number;
  readonly settings: RetrySettings;
}

export const retryDefaults: RetrySettings = {
  enabled: true,
  maxAttempts: 2,
  baseDelayMs: 50,
  maxDelayMs: 1000,
  budget: retryBudgetDefaults,
};

export const retryRules: Rules = {
  enabled: onOff,
  // More than three attempts is a storm with extra steps (SRE book, "Addressing Cascading Failures").
  maxAttempts: integer(1, 3),
  baseDelayMs: atLeast(0),
  maxDelayMs: atLeast(0),
  budget: retryBudgetRules,
};

/** Asks again after a failure, if asking again is safe, useful, in time and within the shared budget. */
export class Retry extends Layer implements WaitHandler {
  readonly #runtime: Runtime;
  readonly #budget: RetryBudget;
  #settings: RetrySettings;
  #retries = 0;
  #rejected = 0;

  constructor(runtime: Runtime, settings: RetrySettings, budget: RetryBudget) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#budget = budget;
  }

  override enter(call: Call): void {
    // An attempt may end by a timeout, which is handled in nobody's context, and the next one belongs to this caller.
    if (this.#settings.enabled && this.#settings.maxAttempts > 1 && call.idempotent) call.keepContext();
    this.inner.enter(call);
  }

  override leave(call: Call): void {
    const outcome = call.outcome as Outcome;
    if (outcome.kind === 'success' || !this.#settings.enabled) this.outer.leave(call);
    else this.#againIfUseful(call, outcome, verdictOf(outcome));
  }

  #againIfUseful(call: Call, outcome: NoSuccess, verdict: Verdict): void {
    if (verdict !== 'failure' && verdict !== 'busy' && verdict !== 'uncounted') {
      this.outer.leave(call);
      return;
    }
    const askedMs = outcome.kind === 'failure' ? retryAfterMsOf(outcome.error) : undefined;
    const delayMs = (askedMs ?? 0) + backoffMs(this.#settings, call.attempt, this.#runtime.random);
    const isTimeUnknown = verdict === 'busy' && askedMs === undefined;
    const rejection = isTimeUnknown ? 'busy' : this.#rejection(call, outcome, delayMs);
    if (rejection === undefined) this.#backOff(call, outcome, delayMs);
    else this.#giveUp(call, rejection);
  }

  /** The backoff is over. */
  expired(call: Call): void {
    if (call.remainingMs > 0) this.inner.enter(call);
    else this.settle(call, { kind: 'rejected', rejection: deadlineRejection(call.deadlineMs) });
  }

  cancelled(call: Call): void {
    this.settle(call, { kind: 'cancelled', reason: call.cancelReason });
  }

  configure(settings: RetrySettings): void {
    this.#settings = settings;
    this.#budget.configure(settings.budget);
  }

  snapshot(): RetrySnapshot {
    const nowMs = this.#runtime.clock.now();
    return {
      enabled: this.#settings.enabled,
      budgetAvailable: this.#budget.available(nowMs),
      budgetCapacity: this.#budget.capacity(nowMs),
      retries: this.#retries,
      rejected: this.#rejected,
      settings: this.#settings,
    };
  }

  #rejection(call: Call, outcome: NoSuccess, delayMs: number): RetryRejection | undefined {
    if (call.attempt >= this.#settings.maxAttempts) return 'attempts';
    if (!call.idempotent) return 'not-idempotent';
    if (outcome.kind === 'failure' && forbidsRetry(outcome.error)) return 'do-not-retry';
    if (!(delayMs < call.remainingMs)) return 'deadline';
    return this.#budget.spend(call.nowMs) ? undefined : 'budget';
  }

  #backOff(call: Call, outcome: NoSuccess, delayMs: number): void {
    this.#retries++;
    call.earlierErrors = [...(call.earlierErrors ?? []), errorOf(this.#runtime.name, outcome)];
    const { events } = this.#runtime;
    if (events.listening) {
      events.emit({
        type: 'retry',
        attempt: call.attempt + 1,
        delayMs,
        reason: errorCodeOf(outcome),
        cause: causeOf(outcome),
        dependency: this.#runtime.name,
        at: call.nowMs,
        context: call.options.context,
      });
    }
    // Not done yet where retries were switched on after the call began.
    call.keepContext();
    call.waitUntil(call.nowMs + delayMs, this);
  }

  #giveUp(call: Call, reason: RetryRejection): void {
    this.#rejected++;
    const { events } = this.#runtime;
    if (events.listening) {
      events.emit({
        type: 'retry.rejected',
        attempt: call.attempt,
        reason,
        dependency: this.#runtime.name,
        at: call.nowMs,
        context: call.options.context,
      });
    }
    this.outer.leave(call);
  }
}
