import { Call, type CallOptions } from './call.ts';
import { systemClock } from './clock.ts';
import { coarseTimersOf } from './coarse-timers.ts';
import { type DegradedBy, degraded } from './degrade.ts';
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
import type { Outcome } from './outcome.ts';
import { InvalidOptionError, onOff, withPatch } from './settings.ts';
import { type PolicyLayers, standardPolicy } from './standard-policy.ts';
import { Tally } from './tally.ts';
import { Work } from './work.ts';

const noOptions: CallOptions = {};
const fallbackDefaults = { enabled: true };

/** The outermost layer: a call begins here as the caller's promise, and ends here as an answer. */
export class GuardedDependency<Input, Output> extends Layer implements Dependency<Input, Output> {
  readonly name: string;
  readonly #options: DependencyOptions<Input, Output>;
  readonly #idempotent: boolean;
  readonly #degrade;
  readonly #runtime: Runtime;
  readonly #latency = new LatencyWindow();
  readonly #tally = new Tally();
  readonly #policy: PolicyLayers;
  #fallback = fallbackDefaults;

  constructor(options: DependencyOptions<Input, Output>) {
    super();
    checkOptions(options);
    const { name, clock = systemClock, random = Math.random, policy = standardPolicy() } = options;
    this.name = name;
    this.#options = options;
    this.#idempotent = options.idempotent ?? false;
    this.#degrade = options.degrade ?? [];
    this.#runtime = { name, clock, random, timers: coarseTimersOf(clock), events: new EventHub() };
    this.#policy = policy.build(this.#runtime, this.#latency);
    this.around(pipeline(this.#policy.layers, new Work(this.#runtime, options.call)));
  }

  call(input: Input, options: CallOptions = noOptions): Promise<Answer<Output>> {
    return new Promise((resolve, reject) => {
      const { timers, clock } = this.#runtime;
      const idempotent = options.idempotent ?? this.#idempotent;
      const call = new Call(timers, clock.now(), input, options, idempotent, resolve, reject);
      if (this.#options.isEnabled?.() === false) this.#answerDisabled(call);
      else this.inner.enter(call);
    });
  }

  /** Every layer is behind the call: it has an outcome. */
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
      policies: { ...this.#policy.snapshot(), fallback: this.#fallback },
    };
  }

  onEvent(listener: EventListener): () => void {
    return this.#runtime.events.subscribe(listener);
  }

  configure({ fallback, ...patch }: DependencyPatch): void {
    const nextFallback = withPatch(this.#fallback, fallback, { enabled: onOff }, 'fallback');
    this.#policy.configure(patch);
    this.#fallback = nextFallback;
  }

  isolate(): void {
    this.#policy.isolate();
  }

  release(): void {
    this.#policy.release();
  }

  #answerLive(call: Call, value: Output): void {
    this.#latency.record(call.nowMs - call.startedAtMs, call.nowMs);
    for (const step of this.#degrade) step.remember?.(call.input as Input, value);
    this.#answer(call, 'live', { value, source: 'live' });
  }

  #answerDisabled(call: Call): void {
    const disabledValue = this.#options.disabledValue as (input: Input) => Output;
    this.#answer(call, 'disabled', { value: disabledValue(call.input as Input), source: 'disabled' });
  }

  #degradeOrFail(call: Call, outcome: Exclude<Outcome, { kind: 'success' }>): void {
    const { events, name } = this.#runtime;
    if (events.listening && outcome.kind === 'rejected') {
      const { policy, code } = outcome.refusal;
      events.emit({
        type: 'rejected',
        dependency: name,
        at: call.nowMs,
        context: call.options.context,
        policy,
        code,
      });
    }
    // Nobody waits for a cancelled call.
    if (!this.#fallback.enabled || outcome.kind === 'cancelled') {
      this.#fail(call, outcome);
      return;
    }
    const answer = degraded(this.#degrade, call.input as Input);
    if (answer instanceof Promise) answer.then((late) => this.#answerDegraded(call, outcome, late));
    else this.#answerDegraded(call, outcome, answer);
  }

  #answerDegraded(
    call: Call,
    outcome: Exclude<Outcome, { kind: 'success' }>,
    answer: DegradedBy<Output> | undefined,
  ): void {
    if (answer === undefined) {
      this.#fail(call, outcome);
      return;
    }
    const { source, value, ageMs } = answer;
    const reason = errorCodeOf(outcome);
    const { events, name } = this.#runtime;
    if (events.listening) {
      const at = this.#runtime.clock.now();
      events.emit({
        type: 'fallback',
        dependency: name,
        at,
        context: call.options.context,
        source,
        ageMs,
        errorCode: reason,
      });
    }
    this.#answer(
      call,
      source,
      ageMs === undefined ? { value, source, reason } : { value, source, ageMs, reason },
    );
  }

  #answer(call: Call, source: Source, answer: Answer<Output>): void {
    this.#tally.answered(source);
    this.#reportEnd(call, source);
    call.resolve(answer as never);
  }

  #fail(call: Call, outcome: Exclude<Outcome, { kind: 'success' }>): void {
    this.#tally.answered('failed');
    this.#reportEnd(call, undefined);
    call.reject(errorOf(this.name, outcome));
  }

  #reportEnd(call: Call, source: Source | undefined): void {
    const { events, name, clock } = this.#runtime;
    if (!events.listening) return;
    const at = source === 'live' ? call.nowMs : clock.now();
    events.emit({
      type: 'call.end',
      dependency: name,
      at,
      context: call.options.context,
      durationMs: at - call.startedAtMs,
      outcome: call.outcome?.kind ?? 'success',
      source,
      attempts: call.attempt,
    });
  }
}

function checkOptions<Input, Output>(options: DependencyOptions<Input, Output>): void {
  const { name, call, isEnabled, disabledValue } = options;
  if (typeof name !== 'string' || name === '')
    throw new InvalidOptionError('name', 'a non-empty string', name);
  if (typeof call !== 'function') throw new InvalidOptionError('call', 'a function', call);
  if (isEnabled !== undefined && disabledValue === undefined) {
    throw new InvalidOptionError('disabledValue', 'a function, since isEnabled is given', disabledValue);
  }
}
