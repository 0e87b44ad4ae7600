import { Attempt, type CallContext } from './attempt.ts';
import type { Call } from './call.ts';
import { Layer, type Runtime } from './layer.ts';
import type { Outcome } from './outcome.ts';

/** The guarded call, as the pipeline sees it. */
export type Perform = (input: never, context: CallContext) => PromiseLike<unknown>;

/** The innermost layer: asks the dependency, and hears each answer once. */
export class Work extends Layer {
  readonly #runtime: Runtime;
  readonly #perform: Perform;

  constructor(runtime: Runtime, perform: Perform) {
    super();
    this.#runtime = runtime;
    this.#perform = perform;
  }

  override enter(call: Call): void {
    const priority = call.options.priority ?? 'default';
    const attempt = new Attempt(this.#runtime.clock, call.attempt, priority, call.expiresAtMs);
    if (call.leg === undefined) call.leg = attempt;
    else call.hedgeLeg = attempt;
    call.workBegun();
    this.#ask(call, attempt).then(
      (value) => this.#settled(call, attempt, { kind: 'success', value }),
      (error) => this.#settled(call, attempt, { kind: 'failure', error }),
    );
  }

  #ask(call: Call, attempt: Attempt): PromiseLike<unknown> {
    try {
      return Promise.resolve(this.#perform(call.input as never, attempt));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #settled(call: Call, attempt: Attempt, outcome: Outcome): void {
    // First of all, since the bulkhead asks on the way out whether work is left.
    call.workSettled();
    if (call.leg === attempt) call.leg = undefined;
    else if (call.hedgeLeg === attempt) call.hedgeLeg = undefined;
    else return;
    call.readClock();
    call.outcome = outcome;
    this.outer.leave(call);
  }
}
