import type { Clock } from '../primitives/clock.ts';
import type { Expiring } from '../time/coarse-timers.ts';
import type { Attempt } from './attempt.ts';
import type { CallOptions } from './call-options.ts';
import { captureFrom, runCarried } from './context-carrier.ts';
import type { Runtime } from './layer.ts';
import type { Outcome } from './outcome.ts';

/** Where a call waits: a queue, a backoff, or the work itself. At most one place holds a call. */
export interface Place {
  /** The time the call was given here is over. */
  expired(call: Call): void;
  /** The caller has cancelled. */
  cancelled(call: Call): void;
}

const never = Number.POSITIVE_INFINITY;

/**
 * One guarded call on its way through the layers.
 *
 * It is its own timer entry too: only one place holds it at a time, so one set of links is enough, and a call costs
 * one allocation instead of one per policy.
 */
export class Call implements Expiring {
  readonly input: unknown;
  readonly options: CallOptions;
  readonly startedAtMs: number;
  /** The latest reading of the clock: reading it costs as much as a promise, so the layers share one. */
  nowMs: number;
  deadlineAtMs = never;
  outcome: Outcome | undefined = undefined;

  /** How often the dependency was asked, hedges included. */
  attempt = 0;
  attemptStartedAtMs = 0;
  /** What is at work and waited for: one attempt, or two once a hedge has joined. */
  leg: Attempt | undefined = undefined;
  hedgeLeg: Attempt | undefined = undefined;
  /** What will start the hedge. */
  hedgeTimer: Expiring | undefined = undefined;
  /** What the breaker stamped on the current attempt. */
  ticket: unknown = undefined;

  place: Place | undefined = undefined;
  expiresAtMs = never;
  nextExpiring: Expiring | undefined = undefined;
  previousExpiring: Expiring | undefined = undefined;

  readonly #runtime: Runtime;
  /** The caller's ambient context, if there is a carrier. */
  readonly #ambient: unknown;
  /** Ends the caller's wait. */
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  /** Pieces of work begun and not settled, including those nobody waits for any more. */
  #workInFlight = 0;
  #onIdle: (() => void) | undefined = undefined;

  constructor(
    runtime: Runtime,
    input: unknown,
    options: CallOptions,
    resolve: (answer: never) => void,
    reject: (error: unknown) => void,
  ) {
    this.#runtime = runtime;
    this.input = input;
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
    this.startedAtMs = this.nowMs = runtime.clock.now();
    this.#ambient = runtime.carrier && captureFrom(runtime.carrier);
  }

  /** The total deadline as a duration, as errors tell it. */
  get deadlineMs(): number {
    return this.deadlineAtMs - this.startedAtMs;
  }

  /** Time left until the total deadline, as of the latest reading of the clock. */
  get remainingMs(): number {
    return this.deadlineAtMs - this.nowMs;
  }

  get idempotent(): boolean {
    return this.options.idempotent ?? this.#runtime.idempotent;
  }

  get clock(): Clock {
    return this.#runtime.clock;
  }

  readClock(): void {
    this.nowMs = this.#runtime.clock.now();
  }

  /** Stays at `place` until it moves on, is cancelled, or `untilMs` passes. */
  waitAt(place: Place, untilMs: number): void {
    this.place = place;
    this.expiresAtMs = untilMs;
    if (untilMs !== never) this.#runtime.timers.add(this, this.nowMs);
  }

  moveOn(): void {
    this.place = undefined;
    if (this.expiresAtMs !== never) this.#runtime.timers.remove(this);
  }

  expire(nowMs: number): void {
    const { place } = this;
    if (place === undefined) return;
    this.place = undefined;
    this.nowMs = nowMs;
    this.resume(() => place.expired(this));
  }

  /** The caller's signal was aborted. */
  cancel(): void {
    const { place } = this;
    if (place === undefined) return;
    this.moveOn();
    this.readClock();
    this.resume(() => place.cancelled(this));
  }

  /** Continues in the caller's ambient context: whoever ends a wait is somebody else. */
  resume(action: () => void): void {
    const { carrier } = this.#runtime;
    if (carrier === undefined) action();
    else runCarried(carrier, this.#ambient, action);
  }

  workBegun(): void {
    this.#workInFlight++;
  }

  workSettled(): void {
    this.#workInFlight--;
    if (this.#workInFlight === 0) this.#onIdle?.();
  }

  /** Runs `onIdle` once no work is left: now, or when the last abandoned piece settles. */
  whenIdle(onIdle: () => void): void {
    if (this.#workInFlight === 0) onIdle();
    else this.#onIdle = onIdle;
  }

  /** Aborts what is at work; whatever it still answers is ignored. */
  abandonWork(reason: () => unknown): void {
    const { leg, hedgeLeg } = this;
    this.leg = undefined;
    this.hedgeLeg = undefined;
    leg?.abort(reason);
    hedgeLeg?.abort(reason);
  }
}
