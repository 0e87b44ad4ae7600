import { Attempt, type CallContext } from './attempt.ts';
import type { Call } from './call.ts';
import { Layer } from './layer.ts';
import type { Outcome } from './outcome.ts';

/** The guarded call, as the pipeline sees it. */
export type Perform = (input: never, context: CallContext) => PromiseLike<unknown>;

/** The innermost layer: asks the dependency, and hears each answer once. */
export class Work extends Layer {
  readonly #perform: Perform;

  constructor(perform: Perform) {
    super();
    this.#perform = perform;
  }

  override enter(call: Call): void {
    const attempt = new Attempt(call);
    if (call.running === undefined) call.running = attempt;
    else call.runningHedge = attempt;
    call.workBegun();
    this.#ask(attempt).then(
      (value) => this.#settled(attempt, { kind: 'success', value }),
      (error) => this.#settled(attempt, { kind: 'failure', error }),
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
