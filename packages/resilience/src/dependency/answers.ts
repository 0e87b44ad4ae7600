import {
  type DegradedBy,
  type DegradeReason,
  type DegradeStep,
  degraded,
  remembered,
} from '../degrade/degrade.ts';
import { keepAttemptErrors } from '../pipeline/attempt-errors.ts';
import type { Call } from '../pipeline/call.ts';
import { causeOf, errorCodeOf, errorOf } from '../pipeline/errors.ts';
import type { Source } from '../pipeline/events.ts';
import { Operation } from '../pipeline/operation.ts';
import type { NoSuccess, Outcome } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { verdictOf } from '../pipeline/verdict.ts';
import type { LatencyWindow } from '../time/latency-window.ts';
import type { Answer, CallCountsSnapshot, LatencySnapshot } from './answer.ts';

/** Ends calls, each with the best answer there is for its outcome, and counts and reports them. */
export class Answers<Input, Output> {
  readonly #runtime: Runtime;
  readonly #latency: LatencyWindow;
  readonly #degrade: readonly DegradeStep<Input, Output>[];
  readonly #remembers: boolean;
  readonly #counts = new CallCounts();
  fallback = { enabled: true };

  constructor(runtime: Runtime, latency: LatencyWindow, degrade: readonly DegradeStep<Input, Output>[]) {
    this.#runtime = runtime;
    this.#latency = latency;
    this.#degrade = degrade;
    this.#remembers = degrade.some(({ remember }) => remember !== undefined);
  }

  /** Calls that are over. */
  get ended(): number {
    return this.#counts.total;
  }

  /** Ends a call that has come out of every layer. */
  end(call: Call): void {
    const outcome = call.outcome as Outcome;
    this.#counts.outcome(outcome);
    if (outcome.kind === 'success') this.#answerLive(call, outcome.value as Output);
    else this.#degradeOrFail(call, outcome);
  }

  /** Ends a call with an answer. */
  answer(call: Call, answer: Answer<Output>): void {
    this.#counts.answered(answer.source);
    this.#reportEnd(call, answer.source);
    call.resolve(answer as never);
  }

  snapshot(nowMs: number): CallCountsSnapshot & { readonly latencyMs: LatencySnapshot } {
    const quantile = (share: number) => this.#latency.quantile(share, nowMs);
    return {
      ...this.#counts.snapshot(),
      latencyMs: { p50: quantile(0.5), p99: quantile(0.99), count: this.#latency.count(nowMs) },
    };
  }

  #answerLive(call: Call, value: Output): void {
    this.#latency.record(call.durationMs, call.nowMs);
    if (this.#remembers || call.input instanceof Operation)
      remembered(this.#stepsOf(call), inputOf(call), value, this.#runtime.clock);
    this.answer(call, { value, source: 'live' });
  }

  #degradeOrFail(call: Call, outcome: NoSuccess): void {
    const { events, clock } = this.#runtime;
    if (events.listening && outcome.kind === 'rejected') {
      const { policy, code } = outcome.rejection;
      events.emit({
        type: 'rejected',
        policy,
        code,
        dependency: this.#runtime.name,
        at: call.nowMs,
        context: call.options.context,
      });
    }
    // Nobody waits for a cancelled call any more.
    const steps = this.fallback.enabled && outcome.kind !== 'cancelled' ? this.#stepsOf(call) : [];
    const reason = new Reason(this.#runtime.name, call, outcome);
    const answer = degraded(steps, inputOf(call), clock, reason);
    if (answer instanceof Promise) answer.then((late) => this.#answerDegraded(call, reason, late));
    else this.#answerDegraded(call, reason, answer);
  }

  #stepsOf({ input }: Call): readonly DegradeStep<Input, Output>[] {
    return input instanceof Operation ? input.degrade : this.#degrade;
  }

  #answerDegraded(call: Call, reason: Reason, answer: DegradedBy<Output> | undefined): void {
    const { events, clock } = this.#runtime;
    if (answer === undefined) {
      this.#fail(call, reason);
      return;
    }
    const { source, ageMs } = answer;
    if (events.listening) {
      const { code: errorCode, cause } = reason;
      events.emit({
        type: 'fallback',
        source,
        ageMs,
        errorCode,
        cause,
        dependency: this.#runtime.name,
        at: clock.now(),
        context: call.options.context,
      });
    }
    this.answer(call, new Degraded(answer, reason));
  }

  #fail(call: Call, reason: Reason): void {
    this.#counts.answered('failed');
    this.#reportEnd(call, undefined);
    call.reject(reason.error);
  }

  #reportEnd(call: Call, source: Source | undefined): void {
    const { events, clock } = this.#runtime;
    if (!events.listening) return;
    const at = source === 'live' ? call.nowMs : clock.now();
    const durationMs = at - call.startedAtMs;
    const outcome = call.outcome?.kind ?? 'success';
    events.emit({
      type: 'call.end',
      durationMs,
      outcome,
      source,
      attempts: call.attempt,
      cause: call.outcome && causeOf(call.outcome),
      dependency: this.#runtime.name,
      at: at,
      context: call.options.context,
    });
  }
}

/** What the steps of a call are given; an operation has no input. */
const inputOf = <Input>({ input }: Call): Input => (input instanceof Operation ? undefined : input) as Input;

/**
 * Why a call has no live answer. Its error is made when it is read: with its stack it costs more than the call itself.
 */
class Reason implements DegradeReason {
  readonly #dependency: string;
  readonly #call: Call;
  readonly #outcome: NoSuccess;
  #error: { readonly it: unknown } | undefined;

  constructor(dependency: string, call: Call, outcome: NoSuccess) {
    this.#dependency = dependency;
    this.#call = call;
    this.#outcome = outcome;
  }

  get verdict(): DegradeReason['verdict'] {
    return verdictOf(this.#outcome) as DegradeReason['verdict'];
  }

  get code(): string {
    return errorCodeOf(this.#outcome);
  }

  get cause(): unknown {
    return causeOf(this.#outcome);
  }

  get error(): unknown {
    this.#error ??= { it: this.#makeError() };
    return this.#error.it;
  }

  #makeError(): unknown {
    const { earlierErrors = [] } = this.#call;
    const error = errorOf(this.#dependency, this.#outcome, earlierErrors.at(-1));
    const isOfAttempt = this.#outcome.kind !== 'rejected' && this.#outcome.kind !== 'cancelled';
    keepAttemptErrors(error, earlierErrors, isOfAttempt);
    return error;
  }
}

/**
 * A class for one reason: its `cause` is made when it is read, and does not show when the answer is sent on as JSON.
 */
class Degraded<Output> {
  readonly value: Output;
  readonly source: 'cached' | 'default';
  declare readonly ageMs?: number;
  readonly reason: string;
  readonly #reason: Reason;

  constructor({ value, source, ageMs }: DegradedBy<Output>, reason: Reason) {
    this.value = value;
    this.source = source;
    if (ageMs !== undefined) this.ageMs = ageMs;
    this.reason = reason.code;
    this.#reason = reason;
  }

  get cause(): unknown {
    return this.#reason.error;
  }
}

/** Counts what became of the calls. */
class CallCounts {
  readonly #calls = { live: 0, cached: 0, default: 0, disabled: 0, failed: 0, total: 0 };
  readonly #outcomes = { success: 0, failure: 0, timeout: 0, rejected: 0, cancelled: 0 };
  readonly #rejections: Record<string, number> = {};

  get total(): number {
    return this.#calls.total;
  }

  /** How the policies and the call itself came out, before any degraded answer. */
  outcome(outcome: Outcome): void {
    this.#outcomes[outcome.kind]++;
    if (outcome.kind !== 'rejected') return;
    const { policy } = outcome.rejection;
    this.#rejections[policy] = (this.#rejections[policy] ?? 0) + 1;
  }

  /** What the caller got. */
  answered(source: Source | 'failed'): void {
    this.#calls[source]++;
    this.#calls.total++;
  }

  snapshot(): CallCountsSnapshot {
    return {
      calls: { ...this.#calls },
      outcomes: { ...this.#outcomes },
      rejections: { ...this.#rejections },
    };
  }
}
