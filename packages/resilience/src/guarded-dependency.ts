import { Call } from './call.ts';
import type { CallOptions } from './call-options.ts';
import { systemClock } from './clock.ts';
import { coarseTimersOf } from './coarse-timers.ts';
import type { ContextCarrier } from './context-carrier.ts';
import { type DegradedBy, type DegradeStep, degraded, remembered } from './degrade.ts';
import type {
  Answer,
  Dependency,
  DependencyOptions,
  DependencyPatch,
  DependencySnapshot,
} from './dependency.ts';
import { errorCodeOf, errorOf } from './errors.ts';
import { EventHub, type EventListener, type Source } from './events.ts';
import { LatencyWindow } from './latency-window.ts';
import { Layer, pipeline, type Runtime } from './layer.ts';
import type { NoSuccess, Outcome } from './outcome.ts';
import { onOff, withPatch } from './settings.ts';
import { type Protections, standardPolicy } from './standard-policy.ts';
import { Tally } from './tally.ts';
import { Work } from './work.ts';

const noOptions: CallOptions = {};
const fallbackDefaults = { enabled: true };

/** The outermost layer: a call begins here as the caller's promise, and ends here as an answer or an error. */
export class GuardedDependency<Input, Output> extends Layer implements Dependency<Input, Output> {
  readonly name: string;
  readonly #options: DependencyOptions<Input, Output>;
  readonly #degrade: readonly DegradeStep<Input, Output>[];
  readonly #runtime: Runtime;
  readonly #protections: Protections;
  readonly #latency = new LatencyWindow();
  readonly #tally = new Tally();
  readonly #remembers: boolean;
  #fallback = fallbackDefaults;

  constructor(options: DependencyOptions<Input, Output>) {
    super();
    const {
      name,
      idempotent = false,
      clock = systemClock,
      random = Math.random,
      policy = standardPolicy(),
    } = options;
    this.name = name;
    this.#options = options;
    this.#degrade = options.degrade ?? [];
    this.#remembers = this.#degrade.some(({ remember }) => remember !== undefined);
    const timers = coarseTimersOf(clock);
    this.#runtime = {
      name,
      idempotent,
      clock,
      random,
      timers,
      events: new EventHub(name),
      carrier: undefined,
    };
    this.#protections = policy.build(this.#runtime, this.#latency);
    this.around(pipeline(this.#protections.layers, new Work(options.call)));
  }

  call(input: Input, options: CallOptions = noOptions): Promise<Answer<Output>> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer<Output>>();
    const call = new Call(this.#runtime, input, options, resolve, reject);
    try {
      if (this.#options.isEnabled?.() === false) this.#answerDisabled(call, input);
      else this.inner.enter(call);
    } catch (error) {
      // A flag or a disabled value that throws: an error like any other, and never a synchronous one.
      reject(error);
    }
    return promise;
  }

  /** The call has come out of every layer. */
  override leave(call: Call): void {
    const outcome = call.outcome as Outcome;
    this.#tally.outcome(outcome);
    if (outcome.kind === 'success') this.#answerLive(call, outcome.value as Output);
    else this.#degradeOrFail(call, outcome);
  }

  snapshot(): DependencySnapshot {
    const nowMs = this.#runtime.clock.now();
    const quantile = (share: number) => this.#latency.quantile(share, nowMs);
    return {
      name: this.name,
      enabled: this.#options.isEnabled?.() !== false,
      ...this.#tally.snapshot(),
      latencyMs: { p50: quantile(0.5), p99: quantile(0.99), count: this.#latency.count(nowMs) },
      policies: { ...this.#protections.snapshot(), fallback: this.#fallback },
    };
  }

  onEvent(listener: EventListener): () => void {
    return this.#runtime.events.subscribe(listener);
  }

  carryContext(carrier: ContextCarrier): void {
    this.#runtime.carrier = carrier;
  }

  configure({ fallback, ...patch }: DependencyPatch): void {
    // Checked before anything is changed: a patch is taken as a whole or not at all.
    const nextFallback = withPatch(this.#fallback, fallback, { enabled: onOff }, 'fallback');
    this.#protections.configure(patch);
    this.#fallback = nextFallback;
  }

  isolate(): void {
    this.configure({ breaker: { isolated: true } });
  }

  release(): void {
    this.configure({ breaker: { isolated: false } });
  }

  #answerDisabled(call: Call, input: Input): void {
    const disabledValue = this.#options.disabledValue as (input: Input) => Output;
    this.#answer(call, { value: disabledValue(input), source: 'disabled' });
  }

  #answerLive(call: Call, value: Output): void {
    this.#latency.record(call.nowMs - call.startedAtMs, call.nowMs);
    if (this.#remembers) remembered(this.#degrade, call.input as Input, value);
    this.#answer(call, { value, source: 'live' });
  }

  #degradeOrFail(call: Call, outcome: NoSuccess): void {
    const { events, clock } = this.#runtime;
    if (events.listening && outcome.kind === 'rejected') {
      const { policy, code } = outcome.refusal;
      events.emit(call.nowMs, call.options.context, { type: 'rejected', policy, code });
    }
    // Nobody waits for a cancelled call any more.
    const steps = this.#fallback.enabled && outcome.kind !== 'cancelled' ? this.#degrade : [];
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
    this.#answer(call, ageMs === undefined ? { value, source, reason } : { value, source, ageMs, reason });
  }

  #answer(call: Call, answer: Answer<Output>): void {
    this.#tally.answered(answer.source);
    this.#reportEnd(call, answer.source);
    call.resolve(answer as never);
  }

  #fail(call: Call, outcome: NoSuccess): void {
    this.#tally.answered('failed');
    this.#reportEnd(call, undefined);
    call.reject(errorOf(this.name, outcome));
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
