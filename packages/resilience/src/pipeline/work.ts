import type { Call, RunningAttempt } from './call.ts';
import type { CallContext, Priority } from './call-options.ts';
import { Layer } from './layer.ts';
import type { Outcome, Verdict } from './outcome.ts';

/** The guarded call, as the pipeline sees it. */
export type Perform = (input: never, context: CallContext) => PromiseLike<unknown>;

/** The innermost layer: asks the dependency, and takes each answer once. */
export class Work extends Layer {
  readonly #perform: Perform;
  readonly #classify: (error: unknown) => Exclude<Verdict, 'success'>;

  constructor(perform: Perform, classify: (error: unknown) => Exclude<Verdict, 'success'>) {
    super();
    this.#perform = perform;
    this.#classify = classify;
  }

  override enter(call: Call): void {
    const attempt = new Attempt(call);
    if (call.running === undefined) call.running = attempt;
    else call.runningHedge = attempt;
    call.workBegun();
    this.#ask(attempt).then(
      (value) => this.#settled(attempt, { kind: 'success', value }),
      (error) => this.#settled(attempt, { kind: 'failure', error, verdict: this.#classify(error) }),
    );
  }

  #ask(attempt: Attempt): PromiseLike<unknown> {
    try {
      return Promise.resolve(this.#perform(attempt.call.input as never, attempt));
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
    call.readClock();
    call.outcome = outcome;
    this.outer.leave(call);
  }
}

// V8 forgets the hidden class of objects when a full garbage collection finds none of them alive, and with it all code
// compiled for them: a pipeline that is idle at that moment would be interpreted again, and allocate half as much more
// for each of its next thousand calls. The newest attempt of the process stays alive, and with it its call.
const kept: { newest: Attempt | undefined } = { newest: undefined };

/** One attempt at the work, and the context that the guarded call receives. */
class Attempt implements CallContext, RunningAttempt {
  readonly call: Call;
  readonly attempt: number;
  #controller: AbortController | undefined = undefined;
  #abortReason: (() => unknown) | undefined = undefined;

  constructor(call: Call) {
    this.call = call;
    this.attempt = call.attempt;
  }

  // Made when it is read: an AbortController costs more than all the policies together.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason());
    }
    return this.#controller.signal;
  }

  get priority(): Priority {
    return this.call.options.priority ?? 'default';
  }

  remainingMs(): number {
    return this.#isWaitedFor ? Math.max(0, this.call.expiresAtMs - this.call.clock.now()) : 0;
  }

  abort(reason: () => unknown): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason());
  }

  get #isWaitedFor(): boolean {
    return this.call.running === this || this.call.runningHedge === this;
  }
}
