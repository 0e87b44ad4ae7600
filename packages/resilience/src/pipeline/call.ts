import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../primitives/clock.ts';
import { asNobody } from '../primitives/nobody.ts';
import type { Expiring } from '../time/coarse-timers.ts';
import type { Countdown } from '../time/countdown.ts';
import type { CallOptions } from './call-options.ts';
import { Carried } from './context-carrier.ts';
import type { Outcome } from './outcome.ts';
import type { Runtime } from './runtime.ts';

/** What a call waits for: a permit, the end of a backoff, or the work itself. A call waits for one thing at a time. */
export interface WaitHandler {
  /** The time that the call may wait is over. */
  expired(call: Call): void;
  /** The caller has cancelled. */
  cancelled(call: Call): void;
}

/** One attempt at the work, as a call sees it. */
export interface RunningAttempt {
  /** Aborts the attempt's signal; the reason is made only when somebody reads it. */
  abort(reason: () => unknown): void;
}

/** What the work of a call has handed out and that is in use. */
interface Holds {
  count: number;
  onFree: (() => void) | undefined;
  onBroken: (() => void) | undefined;
}

const never = Number.POSITIVE_INFINITY;

/**
 * One guarded call on its way through the layers.
 *
 * It is its own timer entry too: it waits for one thing at a time, so one set of links is enough, and a call costs one
 * allocation instead of one per policy.
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
  /** The stalls of this process until the call began, and until its current attempt did. */
  readonly #stalledAtStartMs: number;
  #stalledBeforeMs = 0;
  /** The attempts whose answers are still wanted: one, or two once a hedge has joined. */
  running: RunningAttempt | undefined = undefined;
  runningHedge: RunningAttempt | undefined = undefined;
  /** The errors of attempts that others followed, the first one's first. */
  earlierErrors: readonly unknown[] | undefined = undefined;
  /** What will start the hedge. */
  hedgeTimer: Countdown | undefined = undefined;
  /** What the breaker knows the current attempt by: the state that let it through, or its probe. */
  ticket: unknown = undefined;
  /** The neighbours among the calls that the breaker has let through and that have not ended. */
  olderInFlight: Call | undefined = undefined;
  newerInFlight: Call | undefined = undefined;
  /** What the throttle counts the current attempt in; undefined while the throttle is off. */
  acceptRecord: unknown = undefined;

  /** Continues the call when the wait is over; undefined while the call does not wait. */
  waitHandler: WaitHandler | undefined = undefined;
  expiresAtMs = never;
  nextExpiring: Expiring | undefined = undefined;
  previousExpiring: Expiring | undefined = undefined;

  readonly #runtime: Runtime;
  /** What the carrier of the caller's time has captured, if there was one. */
  readonly #carried: Carried | undefined;
  /** The caller's AsyncLocalStorage, from the first wait on. */
  #resource: AsyncResource | undefined = undefined;
  /** Settles the promise that the caller waits for. */
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  /** Attempts begun and not settled, including those whose answers are no longer wanted. */
  #workInFlight = 0;
  #onIdle: (() => void) | undefined = undefined;
  #holds: Holds | undefined = undefined;

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
    this.#stalledAtStartMs = runtime.timers.stalledMs(this.nowMs);
    this.#carried = runtime.carrier && new Carried(runtime.carrier);
  }

  /** The total deadline as a duration, as it appears in errors. */
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

  /** Why the caller has cancelled. */
  get cancelReason(): unknown {
    try {
      return this.options.signal?.reason;
    } catch {
      // Of a signal that is not Node's own.
      return undefined;
    }
  }

  get clock(): Clock {
    return this.#runtime.clock;
  }

  /** Begins the time of one more attempt. */
  beginAttempt(): void {
    this.attempt++;
    this.attemptStartedAtMs = this.nowMs;
    this.#stalledBeforeMs = this.#runtime.timers.stalledMs(this.nowMs);
  }

  /** How long this process was stalled during the current attempt: no fault of the dependency. */
  get stalledMs(): number {
    return this.#runtime.timers.stalledMs(this.nowMs) - this.#stalledBeforeMs;
  }

  /** How long the current attempt has taken by then, the stalls of this process apart. */
  attemptMsAt(nowMs: number): number {
    const stalledMs = this.#runtime.timers.stalledMs(nowMs) - this.#stalledBeforeMs;
    return Math.max(0, nowMs - this.attemptStartedAtMs - stalledMs);
  }

  /** The same, as of the latest reading of the clock. */
  get attemptMs(): number {
    return this.attemptMsAt(this.nowMs);
  }

  /** How long the call has taken, as of the latest reading of the clock, the stalls of this process apart. */
  get durationMs(): number {
    const stalledMs = this.#runtime.timers.stalledMs(this.nowMs) - this.#stalledAtStartMs;
    return Math.max(0, this.nowMs - this.startedAtMs - stalledMs);
  }

  readClock(): void {
    this.nowMs = this.#runtime.clock.now();
  }

  /** Waits until `stopWaiting`, the caller's cancel, or `untilMs`. */
  waitUntil(untilMs: number, handler: WaitHandler): void {
    this.waitHandler = handler;
    this.expiresAtMs = untilMs;
    if (untilMs !== never) this.#runtime.timers.add(this, this.nowMs);
    else this.#runtime.timers.watch(this.nowMs);
  }

  stopWaiting(): void {
    if (this.expiresAtMs !== never) this.#runtime.timers.remove(this);
    else if (this.waitHandler !== undefined) this.#runtime.timers.unwatch();
    this.waitHandler = undefined;
  }

  expire(nowMs: number): void {
    const { waitHandler } = this;
    if (waitHandler === undefined) return;
    this.waitHandler = undefined;
    this.nowMs = nowMs;
    this.resume(() => waitHandler.expired(this));
  }

  /** The caller's signal was aborted. */
  cancel(): void {
    const { waitHandler } = this;
    if (waitHandler === undefined) return;
    this.stopWaiting();
    this.readClock();
    this.resume(() => waitHandler.cancelled(this));
  }

  /**
   * Keeps the caller's asynchronous context (AsyncLocalStorage) for what continues after a wait; called where a wait
   * begins, so that a call that never waits pays nothing.
   */
  keepContext(): void {
    this.#resource ??= new AsyncResource('ballast.call');
  }

  /**
   * Continues as the caller, since a wait is ended by a timer or by another call; as nobody where the caller's context
   * was not kept. A carrier knows better what is its own, and leaves the rest.
   */
  resume(action: () => void): void {
    const carried = this.#carried;
    const resumed = carried === undefined ? action : () => carried.run(action);
    if (this.#resource !== undefined) this.#resource.runInAsyncScope(resumed);
    else asNobody(resumed);
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  /** What its work has handed out, such as a stream, is in use until `unhold`. */
  hold(): void {
    this.#holds ??= { count: 0, onFree: undefined, onBroken: undefined };
    this.#holds.count++;
  }

  unhold(): void {
    const holds = this.#holds as Holds;
    holds.count--;
    if (holds.count === 0) holds.onFree?.();
  }

  /** What was handed out has failed, after its call was answered. */
  heldBroke(): void {
    this.#holds?.onBroken?.();
  }

  get isHeld(): boolean {
    return this.#holds !== undefined && this.#holds.count > 0;
  }

  /** Runs `onFree` when nothing that was handed out is in use any more; for a call that is held. */
  whenFree(onFree: () => void): void {
    (this.#holds as Holds).onFree = onFree;
  }

  /** Runs `onBroken` when something that was handed out fails; for a call that is held. */
  whenBroken(onBroken: () => void): void {
    (this.#holds as Holds).onBroken = onBroken;
  }

  workBegun(): void {
    this.#workInFlight++;
  }

  workSettled(): void {
    this.#workInFlight--;
    if (this.#workInFlight === 0) this.#onIdle?.();
  }

  /** Whether no work is left, abandoned work included. */
  get isIdle(): boolean {
    return this.#workInFlight === 0;
  }

  /** Runs `onIdle` when the last piece of abandoned work settles. */
  whenIdle(onIdle: () => void): void {
    this.#onIdle = onIdle;
  }

  /** Aborts the running attempts; whatever they still answer is ignored. */
  abandonWork(reason: () => unknown): void {
    const { running, runningHedge } = this;
    this.running = undefined;
    this.runningHedge = undefined;
    running?.abort(reason);
    runningHedge?.abort(reason);
  }
}
