import type { Call, RunningAttempt } from './call.ts';
import { attemptOf, type CallContext, type HoldOptions } from './call-options.ts';
import { HeldAttempt } from './held-attempt.ts';
import { Layer } from './layer.ts';
import { Operation } from './operation.ts';
import type { Outcome, Verdict } from './outcome.ts';

/** The guarded call, as the pipeline sees it. */
export type Perform = (input: never, context: CallContext) => PromiseLike<unknown>;

// As `await` does it: a promise with a `then` of its own could throw here, or settle twice.
const { then: promiseThen } = Promise.prototype;
// What is called may be a Proxy, or have a `bind` of its own.
const { bind } = Function.prototype;

/** The innermost layer: asks the dependency, and takes each answer once. */
export class Work extends Layer {
  readonly #perform: Perform;
  readonly #takesContext: boolean;
  readonly #classify: (error: unknown) => Exclude<Verdict, 'success'>;

  /** @param owner what `perform` is a method of */
  constructor(perform: Perform, owner: unknown, classify: (error: unknown) => Exclude<Verdict, 'success'>) {
    super();
    // Bound once: `perform.call(owner, ...)` is not inlined, and costs a call that reads its signal 340 ns more.
    this.#perform = bind.call(perform, owner) as Perform;
    this.#takesContext = takesContext(perform);
    this.#classify = classify;
  }

  override enter(call: Call): void {
    // To find out whether an operation can see a context costs more than to make one.
    const takesContext = this.#takesContext || call.input instanceof Operation;
    const attempt = new Attempt(call, takesContext ? new AbortController() : undefined);
    if (call.running === undefined) call.running = attempt;
    else call.runningHedge = attempt;
    call.workBegun();
    promiseThen.call(
      this.#ask(attempt),
      (value) => this.#settled(attempt, { kind: 'success', value }),
      (error) => this.#settled(attempt, { kind: 'failure', error, verdict: this.#classify(error) }),
    );
  }

  #ask(attempt: Attempt): Promise<unknown> {
    try {
      const { input } = attempt.call;
      if (input instanceof Operation) {
        const { perform } = input;
        return Promise.resolve(perform(contextOf(attempt)));
      }
      const perform = this.#perform as (input: unknown, context?: CallContext) => unknown;
      return Promise.resolve(this.#takesContext ? perform(input, contextOf(attempt)) : perform(input));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #settled(attempt: Attempt, outcome: Outcome): void {
    const { call } = attempt;
    kept.newest = attempt;
    // First of all, since the bulkhead asks on the way out whether work is left.
    call.workSettled();
    if (call.running === attempt) call.running = undefined;
    else if (call.runningHedge === attempt) call.runningHedge = undefined;
    else return;
    // Nobody gets to see what a failed attempt has handed out.
    if (attempt.held !== undefined && outcome.kind === 'failure') {
      for (const held of attempt.held) held.end(outcome.error);
    }
    call.readClock();
    call.outcome = outcome;
    this.outer.leave(call);
  }
}

// V8 forgets the hidden class of objects when a full garbage collection finds none of them alive, and with it all code
// compiled for them: a pipeline that is idle at that moment would be interpreted again, and allocate half as much more
// for each of its next thousand calls. The newest attempt of the process stays alive, and with it its call.
const kept: { newest: Attempt | undefined } = { newest: undefined };

/** One attempt at the work. */
class Attempt implements RunningAttempt {
  readonly call: Call;
  readonly number: number;
  readonly controller: AbortController | undefined;
  held: readonly HeldAttempt[] | undefined = undefined;

  constructor(call: Call, controller: AbortController | undefined) {
    this.call = call;
    this.number = call.attempt;
    this.controller = controller;
  }

  remainingMs(): number {
    return this.#isWaitedFor ? Math.max(0, this.call.expiresAtMs - this.call.clock.now()) : 0;
  }

  hold(options: HoldOptions): HeldAttempt {
    const held = new HeldAttempt(this.call, options, (reason) => this.abort(reason));
    this.held = [...(this.held ?? []), held];
    return held;
  }

  abort(reason: () => unknown): void {
    this.controller?.abort(reason());
  }

  get #isWaitedFor(): boolean {
    return this.call.running === this || this.call.runningHedge === this;
  }
}

/** What the guarded call receives: an object of its own, so that it can be taken apart, copied and handed on. */
function contextOf(attempt: Attempt): CallContext {
  const { call, number, controller } = attempt;
  return {
    [attemptOf]: attempt,
    signal: controller?.signal as AbortSignal,
    attempt: number,
    priority: call.options.priority ?? 'default',
    remainingMs: () => attempt.remainingMs(),
  };
}

/**
 * Whether a function can see a second argument, a context with its AbortController, which costs as much as all the
 * policies together. One that names no second parameter, no rest, and not `arguments` cannot; what has no source
 * (bound, native) may.
 */
function takesContext(perform: Perform): boolean {
  if (perform.length >= 2) return true;
  const source = Function.prototype.toString.call(perform);
  return (
    /\{\s*\[native code\]\s*\}\s*$/.test(source) ||
    !/^(?:async\s*)?(?:function\b[^(/]*)?\(?\s*[\w$]*\s*\)?\s*(?:=>|\{)/.test(source) ||
    /\barguments\b/.test(source)
  );
}
