import { checkDegradeStep } from '../degrade/degrade.ts';
import { Call } from '../pipeline/call.ts';
import { type CallContext, type CallOptions, checkCallOptions } from '../pipeline/call-options.ts';
import type { ContextCarrier } from '../pipeline/context-carrier.ts';
import { disposedError } from '../pipeline/errors.ts';
import { EventHub, type EventListener } from '../pipeline/events.ts';
import { Layer, pipeline } from '../pipeline/layer.ts';
import { Operation } from '../pipeline/operation.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { Work } from '../pipeline/work.ts';
import { systemClock, wallClock } from '../primitives/clock.ts';
import { InvalidOptionError } from '../primitives/invalid-option-error.ts';
import {
  aFunction,
  anObject,
  checkArgument,
  longestTimerMs,
  onOff,
  withMethods,
  withPatch,
} from '../primitives/options.ts';
import { safeRandom } from '../primitives/random.ts';
import { settleWithin } from '../primitives/settle-within.ts';
import { ignoreRejection, isThenable } from '../primitives/thenable.ts';
import { coarseTimersOf } from '../time/coarse-timers.ts';
import { LatencyWindow } from '../time/latency-window.ts';
import type { Answer } from './answer.ts';
import { Answers } from './answers.ts';
import type { Dependency, DependencyPatch, DependencySnapshot, ExecuteOptions } from './dependency.ts';
import {
  checkDependencyOptions,
  type DependencyOptions,
  hasCall,
  type OperationsOptions,
  steps,
} from './dependency-options.ts';
import { checkedAgeMs, type DependencyState, type RestoreOptions } from './dependency-state.ts';
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
): Dependency<Input, Output>;
/** Guards many operations, each given to `execute`; there is no `call`. */
export function dependency(options: OperationsOptions): Dependency<never, never>;
export function dependency<Input, Output>(
  options: DependencyOptions<Input, Output> | OperationsOptions,
): Dependency<Input, Output> {
  checkDependencyOptions(options);
  return boundTo(new GuardedDependency(options));
}

/** The methods bound, own and enumerable: they may be taken off, copied and handed on as callbacks. */
export function boundTo<Input, Output>(guarded: GuardedDependency<Input, Output>): Dependency<Input, Output> {
  const call = (input: Input, options?: CallOptions | number) => guarded.call(input, options);
  return {
    name: guarded.name,
    call: call as Dependency<Input, Output>['call'],
    execute: (operation, executeOptions) => guarded.execute(operation, executeOptions),
    snapshot: () => guarded.snapshot(),
    onEvent: (listener) => guarded.onEvent(listener),
    carryContext: (carrier) => guarded.carryContext(carrier),
    configure: (patch) => guarded.configure(patch),
    isolate: () => guarded.configure({ breaker: { isolated: true } }),
    release: () => guarded.configure({ breaker: { isolated: false } }),
    exportState: () => guarded.exportState(),
    restoreState: (state, options) => guarded.restoreState(state, options),
    dispose: () => guarded.dispose(),
    [Symbol.dispose]: () => guarded.dispose(),
  };
}

function noCall(): Promise<never> {
  const expected = 'a function given to dependency(), since call() was asked';
  return Promise.reject(new InvalidOptionError('call', expected, undefined, { of: 'dependency' }));
}

/** The outermost layer: a call begins here as the caller's promise, and ends here as an answer or an error. */
export class GuardedDependency<Input, Output> extends Layer {
  readonly name: string;
  readonly #options: DependencyOptions<Input, Output>;
  readonly #hasCall: boolean;
  readonly #runtime: Runtime;
  readonly #protections: Protections;
  readonly #answers: Answers<Input, Output>;
  readonly #keepsContext: boolean;
  #begun = 0;
  #isDisposed = false;
  /** What `isEnabled` promised last. */
  #wasEnabled = true;

  /** @param given checked options */
  constructor(given: DependencyOptions<Input, Output> | OperationsOptions) {
    super();
    this.#hasCall = hasCall(given);
    const options = hasCall(given) ? given : { ...given, call: noCall };
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
    this.#runtime = {
      name,
      idempotent,
      clock,
      random: safeRandom(random),
      timers,
      events,
      carrier: undefined,
    };
    const latency = new LatencyWindow();
    this.#protections = policy.build(this.#runtime, latency);
    this.#answers = new Answers(this.#runtime, latency, degrade);
    this.#keepsContext = degrade.length > 0;
    const { layers, classify } = this.#protections;
    this.around(pipeline(layers, new Work(options.call, options, classify)));
  }

  call(input: Input, given: CallOptions | number = noOptions): Promise<Answer<Output>> {
    // As a callback of `map` it gets an index, which is no object of options.
    const options = typeof given === 'number' ? noOptions : given;
    if (options !== noOptions) {
      try {
        checkCallOptions(options);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    if (this.#isDisposed) return Promise.reject(disposedError(this.name));
    if (!this.#hasCall) return noCall();
    return this.#ask(input, options, this.#keepsContext);
  }

  execute<Result>(
    perform: (context: CallContext) => PromiseLike<Result>,
    given: ExecuteOptions<Result> | number = noOptions,
  ): Promise<Answer<Result>> {
    const options: ExecuteOptions<Result> = typeof given === 'number' ? noOptions : given;
    try {
      checkArgument('execute', 'operation', perform, aFunction);
      checkArgument('execute', 'options', options, anObject);
      const { degrade = [], ...callOptions } = options;
      checkArgument('execute', 'degrade', degrade, steps);
      for (const [index, step] of degrade.entries()) checkDegradeStep(step, `degrade.${index}`);
      checkCallOptions(callOptions);
      if (this.#isDisposed) throw disposedError(this.name);
      return this.#ask(new Operation(perform, degrade), callOptions, degrade.length > 0);
    } catch (error) {
      return Promise.reject(error);
    }
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
    const { fallback, policyPatch } = this.#checked(patch);
    this.#protections.configure(policyPatch);
    this.#answers.fallback = fallback;
  }

  /** Throws for a patch that `configure` would not take. */
  check(patch: DependencyPatch): void {
    this.#protections.check(this.#checked(patch).policyPatch);
  }

  /** Checked before anything is changed: a patch is taken as a whole or not at all. */
  #checked(patch: DependencyPatch) {
    checkArgument('configure', 'options', patch, anObject);
    const { fallback, ...policyPatch } = patch;
    const next = withPatch(this.#answers.fallback, fallback, { enabled: onOff }, { path: 'fallback' });
    return { fallback: next, policyPatch };
  }

  /** Whether calls are under way, abandoned work included. */
  get isBusy(): boolean {
    return this.#begun > this.#answers.ended || this.#protections.isBusy();
  }

  /** Whether the breaker lets every call through. */
  get isClosed(): boolean {
    return this.#protections.isClosed();
  }

  exportState(): DependencyState {
    return {
      version: 1,
      name: this.name,
      exportedAtMs: wallClock.now(),
      ...this.#protections.exportMemory(),
    };
  }

  restoreState(state: DependencyState, options: RestoreOptions = {}): void {
    if (this.#isDisposed) throw disposedError(this.name);
    this.#protections.restoreMemory(state, checkedAgeMs(state, this.name, options));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#protections.dispose();
  }

  #ask<Result>(input: unknown, options: CallOptions, degrades: boolean): Promise<Answer<Result>> {
    const promise = new Promise<Answer<Result>>(keepResolvers);
    const call = new Call(this.#runtime, input, options, resolveNewest, rejectNewest);
    // Degrade steps may run after a timeout, which is handled in nobody's context.
    if (degrades) call.keepContext();
    this.#begin(call);
    return promise;
  }

  #begin(call: Call): void {
    this.#begun++;
    try {
      const isEnabled: unknown = this.#options.isEnabled?.();
      if (isThenable(isEnabled)) this.#awaitFlag(call, isEnabled);
      else this.#enter(call, isEnabled);
    } catch (error) {
      // A flag or a disabled value that throws: a failure like any other, and never a synchronous one.
      this.#fail(call, error);
    }
  }

  #enter(call: Call, isEnabled: unknown): void {
    if (isEnabled === false && call.input instanceof Operation) this.#rejectDisabled(call);
    else if (isEnabled === false) this.#answerDisabled(call);
    else this.inner.enter(call);
  }

  #answerDisabled(call: Call): void {
    const options = this.#options as { disabledValue(input: Input): Output | PromiseLike<Output> };
    const value = options.disabledValue(call.input as Input);
    if (isThenable(value)) this.#await(call, value, (settled) => this.#disabled(call, settled as Output));
    else this.#disabled(call, value as Output);
  }

  /** A value for the answers of `call` is none for those of an operation. */
  #rejectDisabled(call: Call): void {
    const rejection = {
      code: 'E_DISABLED',
      policy: 'isEnabled',
      detail: 'switched off by its flag',
    } as const;
    const rest = { limit: 0, option: 'isEnabled', retryAfterMs: undefined };
    this.#end(call, { kind: 'rejected', rejection: { ...rejection, ...rest } });
  }

  #disabled(call: Call, value: Output): void {
    this.#answers.answer(call, { value, source: 'disabled' });
  }

  #awaitFlag(call: Call, promised: PromiseLike<unknown>): void {
    this.#await(call, promised, (isEnabled) => {
      this.#wasEnabled = isEnabled !== false;
      this.#enter(call, isEnabled);
    });
  }

  /** Goes on with what the user's own function has promised, within the deadline of the call. */
  #await(call: Call, promised: PromiseLike<unknown>, goOn: (value: unknown) => void): void {
    const deadlineMs = Math.max(0, Math.min(this.#protections.timeMs(call), longestTimerMs));
    const leftMs = Math.max(0, call.startedAtMs + deadlineMs - this.#runtime.clock.now());
    settleWithin(promised, leftMs, this.#runtime.clock).then((settled) => {
      call.readClock();
      try {
        if (settled.kind === 'done') goOn(settled.value);
        else if (settled.kind === 'failed') this.#fail(call, settled.error);
        else this.#end(call, { kind: 'timeout', code: 'E_DEADLINE', limitMs: deadlineMs });
      } catch (error) {
        this.#fail(call, error);
      }
    });
  }

  #fail(call: Call, error: unknown): void {
    this.#end(call, { kind: 'failure', error, verdict: 'failure' });
  }

  #end(call: Call, outcome: Outcome): void {
    call.outcome = outcome;
    this.leave(call);
  }

  /** A flag that throws must not break the snapshot: it fails the calls, and they are counted. */
  #saysEnabled(): boolean {
    try {
      const isEnabled: unknown = this.#options.isEnabled?.();
      ignoreRejection(isEnabled);
      return isThenable(isEnabled) ? this.#wasEnabled : isEnabled !== false;
    } catch {
      return false;
    }
  }
}
