import { Attempt, type CallContext } from './attempt.ts';
import type { Call } from './call.ts';
import { Layer, type Runtime } from './layer.ts';
import type { Outcome } from './outcome.ts';

/** The innermost layer: asks the dependency, and hears the answer once. */
export class Work extends Layer {
  readonly #runtime: Runtime;
  readonly #perform: (input: never, context: CallContext) => PromiseLike<unknown>;

  constructor(runtime: Runtime, perform: (input: never, context: CallContext) => PromiseLike<unknown>) {
    super();
    this.#runtime = runtime;
    this.#perform = perform;
  }

  override enter(call: Call): void {
    const attempt = new Attempt(
      this.#runtime.clock,
      call.attempt,
      call.options.priority ?? 'default',
      call.expiresAtMs,
    );
    if (call.leg === undefined) call.leg = attempt;
    else call.hedgeLeg = attempt;
    call.workInFlight++;
    try {
      this.#perform(call.input as never, attempt).then(
        (value) => this.#settled(call, attempt, { kind: 'success', value }),
        (error) => this.#settled(call, attempt, { kind: 'failure', error }),
      );
    } catch (error) {
      this.#settled(call, attempt, { kind: 'failure', error });
    }
  }

  #settled(call: Call, attempt: Attempt, outcome: Outcome): void {
    // Before the outcome goes outward: the bulkhead asks whether work is left.
    call.workSettled();
    if (call.leg === attempt) call.leg = undefined;
    else if (call.hedgeLeg === attempt) call.hedgeLeg = undefined;
    else return;
    call.nowMs = this.#runtime.clock.now();
    call.outcome = outcome;
    this.outer.leave(call);
  }
}
