import { type DegradedBy, type DegradeStep, degraded, remembered } from '../degrade/degrade.ts';
import type { Call } from '../pipeline/call.ts';
import { errorCodeOf, errorOf } from '../pipeline/errors.ts';
import type { Source } from '../pipeline/events.ts';
import type { NoSuccess, Outcome } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
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
    this.#latency.record(call.nowMs - call.startedAtMs, call.nowMs);
    if (this.#remembers) remembered(this.#degrade, call.input as Input, value, this.#runtime.clock);
    this.answer(call, { value, source: 'live' });
  }

  #degradeOrFail(call: Call, outcome: NoSuccess): void {
    const { events, clock } = this.#runtime;
    if (events.listening && outcome.kind === 'rejected') {
      const { policy, code } = outcome.rejection;
      events.emit(call.nowMs, call.options.context, { type: 'rejected', policy, code });
    }
    // Nobody waits for a cancelled call any more.
    const steps = this.fallback.enabled && outcome.kind !== 'cancelled' ? this.#degrade : [];
    const answer = degraded(steps, call.input as Input, clock);
    if (answer instanceof Promise) answer.then((late) => this.#answerDegraded(call, outcome, late));
    else this.#answerDegraded(call, outcome, answer);
  }

  #answerDegraded(call: Call, outcome: NoSuccess, answer: DegradedBy<Output> | undefined): void {
    const { events, clock } = this.#runtime;
    if (answer === undefined) {
      this.#fail(call, outcome);
      return;
    }
    const { source, value, ageMs } = answer;
    const reason = errorCodeOf(outcome);
    if (events.listening) {
      events.emit(clock.now(), call.options.context, { type: 'fallback', source, ageMs, errorCode: reason });
    }
    this.answer(call, ageMs === undefined ? { value, source, reason } : { value, source, ageMs, reason });
  }

  #fail(call: Call, outcome: NoSuccess): void {
    this.#counts.answered('failed');
    this.#reportEnd(call, undefined);
    call.reject(errorOf(this.#runtime.name, outcome));
  }

  #reportEnd(call: Call, source: Source | undefined): void {
    const { events, clock } = this.#runtime;
    if (!events.listening) return;
    const at = source === 'live' ? call.nowMs : clock.now();
    const durationMs = at - call.startedAtMs;
    const outcome = call.outcome?.kind ?? 'success';
    events.emit(at, call.options.context, {
      type: 'call.end',
      durationMs,
      outcome,
      source,
      attempts: call.attempt,
    });
  }
}

/** Counts what became of the calls. */
class CallCounts {
  readonly #calls = { live: 0, cached: 0, default: 0, disabled: 0, failed: 0, total: 0 };
  readonly #outcomes = { success: 0, failure: 0, timeout: 0, rejected: 0, cancelled: 0 };
  readonly #rejections: Record<string, number> = {};

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
