import type { Call, RunningAttempt } from './call.ts';
import type { Priority } from './call-options.ts';

/** What the guarded call receives beside its input. */
export interface CallContext {
  /** Aborted, with a typed reason: timeout, deadline, the caller's cancel, or another attempt that answered first. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly priority: Priority;
  /** The lesser of what the total deadline and the attempt timeout leave; Infinity without either. */
  remainingMs(): number;
}

/** One attempt at the work, and the context that the guarded call receives. */
export class Attempt implements CallContext, RunningAttempt {
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
