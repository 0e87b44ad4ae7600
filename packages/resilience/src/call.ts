import type { Attempt } from './attempt.ts';
import type { CoarseTimers, Expiring } from './coarse-timers.ts';
import type { Outcome } from './outcome.ts';

/** How important a call is: under pressure `sheddable` goes first and `critical` last. */
export type Priority = 'critical' | 'default' | 'sheddable';

/** What a caller may say about one call. */
export interface CallOptions {
  /** Time left for the whole call, from now; the shorter of this and the policy's own wins. */
  readonly deadlineMs?: number | undefined;
  /** Cancels the call wherever it is: queued, backing off or at work. */
  readonly signal?: AbortSignal | undefined;
  /** @default 'default' */
  readonly priority?: Priority | undefined;
  /** Whether asking twice is safe; only such calls are retried or hedged. @default the dependency's `idempotent` */
  readonly idempotent?: boolean | undefined;
  /** Anything; handed back on every event of this call. */
  readonly context?: unknown;
}

/** Where a call waits: a queue, a backoff, or the work itself. At most one place holds a call. */
export interface Place {
  /** The time the call was given here is over. */
  expired(call: Call): void;
  /** The caller has cancelled. */
  cancelled(call: Call): void;
}

/**
 * One guarded call on its way through the layers.
 *
 * It is its own timer entry too: since only one place holds it at a time, one set of links is enough, and a call
 * costs one allocation instead of one per policy.
 */
export class Call implements Expiring {
  readonly input: unknown;
  readonly options: CallOptions;
  readonly idempotent: boolean;
  readonly startedAtMs: number;
  readonly #timers: CoarseTimers;
  /** The latest reading of the clock: reading it costs as much as a promise, so the layers share one reading. */
  nowMs: number;
  deadlineAtMs = Number.POSITIVE_INFINITY;
  /** How often the dependency was asked, hedges included. */
  attempt = 0;
  attemptStartedAtMs = 0;
  outcome: Outcome | undefined = undefined;
  /** Ends the caller's wait. */
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  /** What the breaker stamped on the current attempt. */
  ticket: unknown = undefined;
  leg: Attempt | undefined = undefined;
  hedgeLeg: Attempt | undefined = undefined;
  /** Pieces of work begun and not settled, including those nobody waits for any more. */
  workInFlight = 0;
  onIdle: ((call: Call) => void) | undefined = undefined;
  place: Place | undefined = undefined;
  expiresAtMs = Number.POSITIVE_INFINITY;
  nextExpiring: Expiring | undefined = undefined;
  previousExpiring: Expiring | undefined = undefined;

  constructor(
    timers: CoarseTimers,
    nowMs: number,
    input: unknown,
    options: CallOptions,
    idempotent: boolean,
    resolve: (answer: never) => void,
    reject: (error: unknown) => void,
  ) {
    this.#timers = timers;
    this.startedAtMs = nowMs;
    this.nowMs = nowMs;
    this.input = input;
    this.options = options;
    this.idempotent = idempotent;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** The total deadline as a duration, as errors tell it. */
  get deadlineMs(): number {
    return this.deadlineAtMs - this.startedAtMs;
  }

  /** Time left until the total deadline, as of the last reading of the clock. */
  remainingMs(): number {
    return this.deadlineAtMs - this.nowMs;
  }

  /** Stays at `place` until it moves on, is cancelled, or `untilMs` passes. */
  waitAt(place: Place, untilMs: number): void {
    this.place = place;
    this.expiresAtMs = untilMs;
    if (untilMs !== Number.POSITIVE_INFINITY) this.#timers.add(this, this.nowMs);
  }

  moveOn(): void {
    this.place = undefined;
    if (this.expiresAtMs !== Number.POSITIVE_INFINITY) this.#timers.remove(this);
  }

  expire(nowMs: number): void {
    const { place } = this;
    if (place === undefined) return;
    this.nowMs = nowMs;
    this.place = undefined;
    place.expired(this);
  }

  cancel(nowMs: number): void {
    const { place } = this;
    if (place === undefined) return;
    this.nowMs = nowMs;
    this.moveOn();
    place.cancelled(this);
  }

  /** Aborts what is at work; whatever it still answers is ignored. */
  abandonWork(reason: () => unknown): void {
    const { leg, hedgeLeg } = this;
    this.leg = undefined;
    this.hedgeLeg = undefined;
    leg?.abort(reason);
    hedgeLeg?.abort(reason);
  }

  /** Runs `onIdle` when all work has settled: now, or when the last abandoned piece does. */
  whenIdle(onIdle: (call: Call) => void): void {
    if (this.workInFlight === 0) onIdle(this);
    else this.onIdle = onIdle;
  }

  workSettled(): void {
    this.workInFlight--;
    const { onIdle } = this;
    if (this.workInFlight > 0 || onIdle === undefined) return;
    this.onIdle = undefined;
    onIdle(this);
  }
}
