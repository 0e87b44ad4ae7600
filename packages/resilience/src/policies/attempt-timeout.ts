import type { Call, WaitHandler } from '../pipeline/call.ts';
import { CancelledError, causeOf, errorCodeOf, errorOf } from '../pipeline/errors.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { above, onOff, type Rules } from '../primitives/options.ts';

export interface TimeoutSettings {
  readonly enabled: boolean;
  /** Time for one attempt, answer and body included. */
  readonly attemptTimeoutMs: number;
}

export interface TimeoutSnapshot {
  readonly enabled: boolean;
  readonly settings: TimeoutSettings;
}

export const timeoutDefaults: TimeoutSettings = { enabled: true, attemptTimeoutMs: 500 };

export const timeoutRules: Rules = { enabled: onOff, attemptTimeoutMs: above(0) };

/** Ends an attempt at its timeout, at the total deadline or at the caller's cancel, and aborts its work. */
export class AttemptTimeout extends Layer implements WaitHandler {
  readonly #runtime: Runtime;
  #settings: TimeoutSettings;

  constructor(runtime: Runtime, settings: TimeoutSettings) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
  }

  override enter(call: Call): void {
    const { enabled, attemptTimeoutMs } = this.#settings;
    call.beginAttempt();
    const untilMs = enabled ? Math.min(call.nowMs + attemptTimeoutMs, call.deadlineAtMs) : call.deadlineAtMs;
    call.waitUntil(untilMs, this);
    this.inner.enter(call);
  }

  override leave(call: Call): void {
    call.stopWaiting();
    this.#report(call, call.outcome as Outcome);
    this.outer.leave(call);
  }

  expired(call: Call): void {
    const byDeadline = call.expiresAtMs >= call.deadlineAtMs;
    if (!byDeadline && call.attemptMs < this.#settings.attemptTimeoutMs) {
      // This process was stalled, so the attempt gets the lost time back, as far as the deadline goes.
      const untilMs = call.attemptStartedAtMs + this.#settings.attemptTimeoutMs + call.stalledMs;
      call.waitUntil(Math.min(untilMs, call.deadlineAtMs), this);
      return;
    }
    const outcome = {
      kind: 'timeout',
      code: byDeadline ? 'E_DEADLINE' : 'E_ATTEMPT_TIMEOUT',
      limitMs: byDeadline ? call.deadlineMs : this.#settings.attemptTimeoutMs,
    } as const;
    this.#end(call, outcome, () => errorOf(this.#runtime.name, outcome));
  }

  cancelled(call: Call): void {
    const reason = call.cancelReason;
    this.#end(call, { kind: 'cancelled', reason }, () => new CancelledError(this.#runtime.name, reason));
  }

  configure(settings: TimeoutSettings): void {
    this.#settings = settings;
  }

  snapshot(): TimeoutSnapshot {
    return { enabled: this.#settings.enabled, settings: this.#settings };
  }

  #end(call: Call, outcome: Outcome, abortReason: () => unknown): void {
    call.abandonWork(abortReason);
    this.#report(call, outcome);
    this.settle(call, outcome);
  }

  #report(call: Call, outcome: Outcome): void {
    const { events } = this.#runtime;
    if (!events.listening) return;
    events.emit({
      type: 'attempt',
      attempt: call.attempt,
      durationMs: call.nowMs - call.attemptStartedAtMs,
      outcome: outcome.kind,
      errorCode: outcome.kind === 'success' ? undefined : errorCodeOf(outcome),
      cause: causeOf(outcome),
      dependency: this.#runtime.name,
      at: call.nowMs,
      context: call.options.context,
    });
  }
}
