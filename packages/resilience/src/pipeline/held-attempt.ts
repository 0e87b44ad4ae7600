import type { Timer } from '../primitives/clock.ts';
import { errorCode } from '../primitives/error-code.ts';
import { longestTimerMs } from '../primitives/options.ts';
import type { Call } from './call.ts';
import type { Held, HoldOptions } from './call-options.ts';
import { CancelledError, errorOf, StreamIdleError } from './errors.ts';

/**
 * What an attempt has handed out and is still in use after its call was answered, such as a stream: it keeps its
 * permit, and ends by the deadline and the cancel of its call, or when nothing comes for too long.
 */
export class HeldAttempt implements Held {
  readonly #call: Call;
  readonly #stops: (() => void)[] = [];
  readonly #options: HoldOptions;
  readonly #abort: (reason: () => unknown) => void;
  readonly #attempt: number;
  readonly #beganAtMs: number;
  /** Since when the next part is waited for. */
  #waitsSinceMs: number | undefined;
  #idleTimer: Timer | undefined;
  #isOver = false;

  /** @param abort aborts the signal of the attempt */
  constructor(call: Call, options: HoldOptions, abort: (reason: () => unknown) => void) {
    this.#call = call;
    this.#options = options;
    this.#abort = abort;
    this.#attempt = call.attempt;
    this.#beganAtMs = call.clock.now();
    call.hold();
    // The attempt may still time out, or another one may answer first.
    this.#endWhenAborted(options.signal, () => options.signal.reason);
    const { signal: callers } = call.options;
    if (callers !== undefined) {
      this.#endWhenAborted(callers, () => new CancelledError(call.runtime.name, call.cancelReason));
    }
    this.#endAtDeadline();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#idleTimer?.cancel();
    for (const stop of this.#stops) stop();
    this.#call.unhold();
  }

  end(error: unknown): void {
    if (this.#isOver) return;
    this.release();
    this.#abort(() => error);
    this.#options.onEnd(error);
  }

  broke(error: unknown): void {
    if (this.#isOver) return;
    this.release();
    this.#report(error);
    this.#call.heldBroke();
  }

  waits(): void {
    const { idleTimeoutMs } = this.#options;
    if (idleTimeoutMs === undefined) return;
    this.#waitsSinceMs = this.#call.clock.now();
    // One timer for many parts: it comes back for what is left of the time.
    this.#idleTimer ??= this.#call.clock.setTimer(() => this.#look(idleTimeoutMs), idleTimeoutMs);
  }

  arrived(): void {
    this.#waitsSinceMs = undefined;
  }

  #look(idleTimeoutMs: number): void {
    const { clock } = this.#call;
    this.#idleTimer = undefined;
    const sinceMs = this.#waitsSinceMs;
    if (sinceMs === undefined) return;
    const leftMs = sinceMs + idleTimeoutMs - clock.now();
    if (leftMs > 0) this.#idleTimer = clock.setTimer(() => this.#look(idleTimeoutMs), leftMs);
    // What has come while this process was stalled is read after the timers: one more turn.
    else this.#idleTimer = clock.setTimer(() => this.#endIfIdle(sinceMs, idleTimeoutMs), 0);
  }

  #endIfIdle(sinceMs: number, idleTimeoutMs: number): void {
    if (this.#waitsSinceMs !== sinceMs) {
      this.#look(idleTimeoutMs);
      return;
    }
    const error = new StreamIdleError(this.#call.runtime.name, idleTimeoutMs);
    this.#report(error);
    this.end(error);
    this.#call.heldBroke();
  }

  #endWhenAborted(signal: AbortSignal, reason: () => unknown): void {
    const end = () => this.end(reason());
    // Later, so that whoever made this can finish first.
    if (signal.aborted) queueMicrotask(end);
    signal.addEventListener('abort', end);
    this.#stops.push(() => signal.removeEventListener('abort', end));
  }

  #endAtDeadline(): void {
    const { clock, runtime, deadlineAtMs, deadlineMs } = this.#call;
    const leftMs = deadlineAtMs - clock.now();
    // Node fires a timer of more than that at once.
    if (leftMs > longestTimerMs) return;
    const end = () => {
      const error = errorOf(runtime.name, { kind: 'timeout', code: 'E_DEADLINE', limitMs: deadlineMs });
      this.#report(error);
      this.end(error);
    };
    const timer = clock.setTimer(end, Math.max(0, leftMs), 'background');
    this.#stops.push(() => timer.cancel());
  }

  #report(cause: unknown): void {
    const { events, clock, name: dependency } = this.#call.runtime;
    if (!events.listening) return;
    const at = clock.now();
    events.emit({
      type: 'stream.failed',
      attempt: this.#attempt,
      forMs: at - this.#beganAtMs,
      errorCode: errorCode(cause),
      cause,
      dependency,
      at,
      context: this.#call.options.context,
    });
  }
}
