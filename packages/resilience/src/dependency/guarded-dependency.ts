import { Call } from '../pipeline/call.ts';
import type { CallOptions } from '../pipeline/call-options.ts';
import type { ContextCarrier } from '../pipeline/context-carrier.ts';
import { EventHub, type EventListener } from '../pipeline/events.ts';
import { Layer, pipeline, type Runtime } from '../pipeline/layer.ts';
import { Work } from '../pipeline/work.ts';
import { systemClock } from '../primitives/clock.ts';
import { onOff, withPatch } from '../primitives/options.ts';
import { coarseTimersOf } from '../time/coarse-timers.ts';
import { LatencyWindow } from '../time/latency-window.ts';
import { Answers } from './answers.ts';
import type { Answer, Dependency, DependencyPatch, DependencySnapshot } from './dependency.ts';
import type { DependencyOptions } from './dependency-options.ts';
import { type Protections, standardPolicy } from './standard-policy.ts';

const noOptions: CallOptions = {};

/** The outermost layer: a call begins here as the caller's promise, and ends here as an answer or an error. */
export class GuardedDependency<Input, Output> extends Layer implements Dependency<Input, Output> {
  readonly name: string;
  readonly #options: DependencyOptions<Input, Output>;
  readonly #runtime: Runtime;
  readonly #protections: Protections;
  readonly #answers: Answers<Input, Output>;

  constructor(options: DependencyOptions<Input, Output>) {
    super();
    const {
      name,
      idempotent = false,
      clock = systemClock,
      random = Math.random,
      policy = standardPolicy(),
      degrade = [],
    } = options;
    this.name = name;
    this.#options = options;
    const timers = coarseTimersOf(clock);
    const events = new EventHub(name);
    this.#runtime = { name, idempotent, clock, random, timers, events, carrier: undefined };
    const latency = new LatencyWindow();
    this.#protections = policy.build(this.#runtime, latency);
    this.#answers = new Answers(this.#runtime, latency, degrade);
    this.around(pipeline(this.#protections.layers, new Work(options.call)));
  }

  call(input: Input, options: CallOptions = noOptions): Promise<Answer<Output>> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer<Output>>();
    const call = new Call(this.#runtime, input, options, resolve, reject);
    try {
      if (this.#options.isEnabled?.() === false) this.#answerDisabled(call, input);
      else this.inner.enter(call);
    } catch (error) {
      // A flag or a disabled value that throws: a failure like any other, and never a synchronous one.
      call.outcome = { kind: 'failure', error };
      this.leave(call);
    }
    return promise;
  }

  /** The call has come out of every layer. */
  override leave(call: Call): void {
    this.#answers.end(call);
  }

  snapshot(): DependencySnapshot {
    return {
      name: this.name,
      enabled: this.#saysEnabled(),
      ...this.#answers.snapshot(this.#runtime.clock.now()),
      policies: { ...this.#protections.snapshot(), fallback: this.#answers.fallback },
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
    const nextFallback = withPatch(
      this.#answers.fallback,
      fallback,
      { enabled: onOff },
      { path: 'fallback' },
    );
    this.#protections.configure(patch);
    this.#answers.fallback = nextFallback;
  }

  isolate(): void {
    this.configure({ breaker: { isolated: true } });
  }

  release(): void {
    this.configure({ breaker: { isolated: false } });
  }

  #answerDisabled(call: Call, input: Input): void {
    const disabledValue = this.#options.disabledValue as (input: Input) => Output;
    this.#answers.answer(call, { value: disabledValue(input), source: 'disabled' });
  }

  /** What watches a dependency must not fail with its flag: calls do, and that is counted. */
  #saysEnabled(): boolean {
    try {
      return this.#options.isEnabled?.() !== false;
    } catch {
      return false;
    }
  }
}
