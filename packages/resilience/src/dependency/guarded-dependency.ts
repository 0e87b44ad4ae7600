import { Call } from '../pipeline/call.ts';
import { type CallOptions, checkCallOptions } from '../pipeline/call-options.ts';
import type { ContextCarrier } from '../pipeline/context-carrier.ts';
import { EventHub, type EventListener } from '../pipeline/events.ts';
import { Layer, pipeline } from '../pipeline/layer.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { Work } from '../pipeline/work.ts';
import { systemClock } from '../primitives/clock.ts';
import { aFunction, anObject, checkArgument, onOff, withMethods, withPatch } from '../primitives/options.ts';
import { coarseTimersOf } from '../time/coarse-timers.ts';
import { LatencyWindow } from '../time/latency-window.ts';
import type { Answer } from './answer.ts';
import { Answers } from './answers.ts';
import type { Dependency, DependencyPatch, DependencySnapshot } from './dependency.ts';
import { checkDependencyOptions, type DependencyOptions } from './dependency-options.ts';
import type { Protections } from './policy.ts';
import { standardPolicy } from './standard-policy.ts';

const noOptions: CallOptions = {};

// What `Promise.withResolvers` does, for a quarter of its cost: it makes an object and a closure for each promise.
let resolveNewest: (answer: never) => void;
let rejectNewest: (error: unknown) => void;
function keepResolvers(resolve: (answer: never) => void, reject: (error: unknown) => void): void {
  resolveNewest = resolve;
  rejectNewest = reject;
}

const aCarrier = withMethods('an object with capture() and run()', 'capture', 'run');

/**
 * Guards one call to one dependency. Make it once per process, never per request: it is the state that protects.
 *
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 * @example
 * const recommendations = dependency({
 *   name: 'recommendation',
 *   policy: standardPolicy({ deadlineMs: 800, attemptTimeoutMs: 300 }),
 *   call: (customerId: string, { signal }) => fetchRecommendations(customerId, signal),
 *   idempotent: true,
 *   degrade: [defaultAnswer(() => popularItems)],
 * });
 * const { value, source } = await recommendations.call('c-42');
 */
export function dependency<Input, Output>(
  options: DependencyOptions<Input, Output>,
): Dependency<Input, Output> {
  checkDependencyOptions(options);
  return new GuardedDependency(options);
}

/** The outermost layer: a call begins here as the caller's promise, and ends here as an answer or an error. */
class GuardedDependency<Input, Output> extends Layer implements Dependency<Input, Output> {
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
    const events = new EventHub();
    this.#runtime = { name, idempotent, clock, random, timers, events, carrier: undefined };
    const latency = new LatencyWindow();
    this.#protections = policy.build(this.#runtime, latency);
    this.#answers = new Answers(this.#runtime, latency, degrade);
    this.around(pipeline(this.#protections.layers, new Work(options.call, this.#protections.classify)));
  }

  call(input: Input, options: CallOptions = noOptions): Promise<Answer<Output>> {
    if (options !== noOptions) {
      try {
        checkCallOptions(options);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const promise = new Promise<Answer<Output>>(keepResolvers);
    const call = new Call(this.#runtime, input, options, resolveNewest, rejectNewest);
    try {
      if (this.#options.isEnabled?.() === false) this.#answerDisabled(call, input);
      else this.inner.enter(call);
    } catch (error) {
      // A flag or a disabled value that throws: a failure like any other, and never a synchronous one.
      call.outcome = { kind: 'failure', error, verdict: 'failure' };
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
    checkArgument('onEvent', 'listener', listener, aFunction);
    return this.#runtime.events.subscribe(listener);
  }

  carryContext(carrier: ContextCarrier): void {
    checkArgument('carryContext', 'carrier', carrier, aCarrier);
    this.#runtime.carrier = carrier;
  }

  configure(patch: DependencyPatch): void {
    checkArgument('configure', 'options', patch, anObject);
    const { fallback, ...policyPatch } = patch;
    // Checked before anything is changed: a patch is taken as a whole or not at all.
    const nextFallback = withPatch(
      this.#answers.fallback,
      fallback,
      { enabled: onOff },
      { path: 'fallback' },
    );
    this.#protections.configure(policyPatch);
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

  /** A flag that throws must not break the snapshot: it fails the calls, and they are counted. */
  #saysEnabled(): boolean {
    try {
      return this.#options.isEnabled?.() !== false;
    } catch {
      return false;
    }
  }
}
