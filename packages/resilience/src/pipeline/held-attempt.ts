import type { Call } from './call.ts';
import type { Held } from './call-options.ts';
import { CancelledError, errorOf } from './errors.ts';

/**
 * What an attempt has handed out and is still in use after its call was answered, such as a stream: it keeps its
 * permit, and ends by the deadline and the cancel of its call.
 */
export class HeldAttempt implements Held {
  readonly #call: Call;
  readonly #stops: (() => void)[] = [];
  readonly #onEnd: (error: unknown) => void;
  #isOver = false;

  /**
   * @param signal of the attempt, which may still be aborted for a timeout or for another attempt that answered first
   * @param onEnd hears why it has to end before it is released
   */
  constructor(call: Call, signal: AbortSignal, onEnd: (error: unknown) => void) {
    this.#call = call;
    this.#onEnd = onEnd;
    call.hold();
    this.#endWhenAborted(signal, () => signal.reason);
    const { signal: callers } = call.options;
    if (callers !== undefined) {
      this.#endWhenAborted(callers, () => new CancelledError(call.dependency, call.cancelReason));
    }
    if (call.deadlineAtMs !== Number.POSITIVE_INFINITY) this.#endAtDeadline();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It has ended by itself, or nobody wants it any more. */
  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const stop of this.#stops) stop();
    this.#call.unhold();
  }

  end(error: unknown): void {
    if (this.#isOver) return;
    this.release();
    this.#onEnd(error);
  }

  #endWhenAborted(signal: AbortSignal, reason: () => unknown): void {
    const end = () => this.end(reason());
    // Later, so that whoever made this can finish first.
    if (signal.aborted) queueMicrotask(end);
    signal.addEventListener('abort', end);
    this.#stops.push(() => signal.removeEventListener('abort', end));
  }

  #endAtDeadline(): void {
    const { clock, dependency, deadlineAtMs, deadlineMs } = this.#call;
    const end = () =>
      this.end(errorOf(dependency, { kind: 'timeout', code: 'E_DEADLINE', limitMs: deadlineMs }));
    const timer = clock.setTimer(end, Math.max(0, deadlineAtMs - clock.now()), 'background');
    this.#stops.push(() => timer.cancel());
  }
}
