import type { Priority } from './call.ts';
import type { Clock } from './clock.ts';

/** What the guarded call receives beside its input. */
export interface CallContext {
  /** Aborted, with a typed reason, when the attempt times out, the deadline passes or the caller cancels. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly priority: Priority;
  /** The lesser of what the total deadline and the attempt timeout leave; Infinity without either. */
  remainingMs(): number;
}

/** One attempt at the work. */
export class Attempt implements CallContext {
  readonly attempt: number;
  readonly priority: Priority;
  readonly #clock: Clock;
  readonly #expiresAtMs: number;
  #controller: AbortController | undefined = undefined;
  #abortReason: (() => unknown) | undefined = undefined;

  constructor(clock: Clock, attempt: number, priority: Priority, expiresAtMs: number) {
    this.#clock = clock;
    this.attempt = attempt;
    this.priority = priority;
    this.#expiresAtMs = expiresAtMs;
  }

  // Made when it is read: an AbortController costs more than all the policies together.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason());
    }
    return this.#controller.signal;
  }

  remainingMs(): number {
    return Math.max(0, this.#expiresAtMs - this.#clock.now());
  }

  abort(reason: () => unknown): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason());
  }
}
