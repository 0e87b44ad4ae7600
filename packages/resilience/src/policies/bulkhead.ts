import type { Call, WaitHandler } from '../pipeline/call.ts';
import { deadlineRejection } from '../pipeline/errors.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Rejection } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { atLeast, integer, onOff, type Rules } from '../primitives/options.ts';
import { AbandonedWork } from './abandoned-work.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';

export interface BulkheadSettings {
  readonly enabled: boolean;
  /** Calls at work at once. */
  readonly maxConcurrent: number;
  /** Calls that may wait for a permit, first come, first served. */
  readonly maxQueue: number;
  /** How long one of them may wait. */
  readonly queueTimeoutMs: number;
  /**
   * How long work that has been abandoned (timed out, cancelled) and does not settle holds its permit. More than a
   * timer can wait for (2^31 - 1) means until it settles. A change applies to what is abandoned already.
   */
  readonly abandonedLeaseMs: number;
}

export interface BulkheadSnapshot {
  readonly enabled: boolean;
  /** Permits that are taken. */
  readonly inFlight: number;
  /** Permits there are, now. */
  readonly limit: number;
  /** Calls that wait for a permit. */
  readonly queued: number;
  readonly maxQueue: number;
  /** Work that nobody waits for and that has not settled, with a permit or without. */
  readonly abandoned: number;
  readonly settings: BulkheadSettings;
}

export const bulkheadDefaults: BulkheadSettings = {
  enabled: true,
  maxConcurrent: 32,
  maxQueue: 32,
  queueTimeoutMs: 100,
  abandonedLeaseMs: 30_000,
};

export const bulkheadRules: Rules = {
  enabled: onOff,
  maxConcurrent: integer(1),
  maxQueue: integer(0),
  queueTimeoutMs: atLeast(0),
  abandonedLeaseMs: atLeast(0),
};

// Stands for every queue that was never used: most dependencies never make a call wait.
const neverUsed = new Set<Call>();

/**
 * Bounds how much of this process one dependency can hold. A permit comes back when the work settles, not when the
 * caller stops waiting for it: work that ignores its abort still occupies the dependency.
 */
export class Bulkhead extends Layer implements WaitHandler {
  readonly #runtime: Runtime;
  readonly #adaptive: AdaptiveLimit;
  #queue = neverUsed;
  #settings: BulkheadSettings;
  #inFlight = 0;
  /** Made for the first work that is abandoned: most heeds its signal. */
  #abandoned: AbandonedWork | undefined;
  readonly #isRecovering: () => boolean;
  #admitting = false;

  /** @param isRecovering whether the breaker behind wants to find out if the dependency is back */
  constructor(
    runtime: Runtime,
    settings: BulkheadSettings,
    adaptive: AdaptiveLimit,
    isRecovering: () => boolean,
  ) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#adaptive = adaptive;
    this.#isRecovering = isRecovering;
  }

  get isBusy(): boolean {
    return this.#inFlight > 0 || this.#queue.size > 0;
  }

  override enter(call: Call): void {
    if (this.#inFlight < this.#limit() && this.#queue.size === 0) {
      this.#inFlight++;
      this.inner.enter(call);
    } else if (this.#isBlockedByAbandoned()) {
      this.#inFlight++;
      this.inner.enter(call);
    } else if (this.#queue.size < this.#settings.maxQueue) this.#enqueue(call);
    else this.settle(call, { kind: 'rejected', rejection: this.#rejection('maxQueue') });
  }

  override leave(call: Call): void {
    if (this.#adaptive.enabled) this.#adaptive.observe(call, this.#inFlight);
    if (call.isHeld) call.whenFree(() => this.#finish(call));
    else this.#finish(call);
    this.outer.leave(call);
  }

  expired(call: Call): void {
    this.#queue.delete(call);
    const rejection =
      call.remainingMs <= 0 ? deadlineRejection(call.deadlineMs) : this.#rejection('queueTimeoutMs');
    this.settle(call, { kind: 'rejected', rejection });
  }

  cancelled(call: Call): void {
    this.#queue.delete(call);
    this.settle(call, { kind: 'cancelled', reason: call.cancelReason });
  }

  configure(settings: BulkheadSettings): void {
    this.#settings = settings;
    this.#abandoned?.configure(settings.abandonedLeaseMs);
    this.#admitWaiting();
  }

  /** Cancels its timers; who waits for a permit still gets one. */
  dispose(): void {
    this.#abandonedWork.dispose();
  }

  snapshot(): BulkheadSnapshot {
    const { enabled, maxConcurrent, maxQueue } = this.#settings;
    const limit = this.#adaptive.enabled ? this.#adaptive.limit : maxConcurrent;
    return {
      enabled,
      inFlight: this.#inFlight,
      limit,
      queued: this.#queue.size,
      maxQueue,
      abandoned: this.#abandoned?.count ?? 0,
      settings: this.#settings,
    };
  }

  #finish(call: Call): void {
    if (call.isIdle) this.#release();
    else this.#abandonedWork.add(call);
  }

  get #abandonedWork(): AbandonedWork {
    this.#abandoned ??= new AbandonedWork(this.#runtime, this.#settings.abandonedLeaseMs, this.#release);
    return this.#abandoned;
  }

  #limit(): number {
    if (!this.#settings.enabled) return Number.POSITIVE_INFINITY;
    return this.#adaptive.enabled ? this.#adaptive.limit : this.#settings.maxConcurrent;
  }

  /** No permit is free, but only because of abandoned work, and a probe must not wait for that. */
  #isBlockedByAbandoned(): boolean {
    const abandoned = this.#abandoned?.holding ?? 0;
    return abandoned > 0 && this.#inFlight - abandoned < this.#limit() && this.#isRecovering();
  }

  #enqueue(call: Call): void {
    call.keepContext();
    if (this.#queue === neverUsed) this.#queue = new Set();
    this.#queue.add(call);
    call.waitUntil(Math.min(call.nowMs + this.#settings.queueTimeoutMs, call.deadlineAtMs), this);
  }

  readonly #release = (): void => {
    this.#inFlight--;
    this.#admitWaiting();
  };

  #admitWaiting(): void {
    // A call admitted here may settle at once and release again: without this guard a long queue becomes a deep stack.
    if (this.#admitting || this.#queue.size === 0) return;
    this.#admitting = true;
    try {
      for (const call of this.#queue) {
        if (this.#inFlight >= this.#limit()) break;
        call.resume(() => this.#admit(call));
      }
    } finally {
      this.#admitting = false;
    }
  }

  #admit(call: Call): void {
    const { events } = this.#runtime;
    const sinceMs = call.nowMs;
    this.#queue.delete(call);
    call.stopWaiting();
    call.readClock();
    // Expiries come up to a slot late: a permit may come free after the time of this call is over.
    if (call.remainingMs <= 0) {
      this.settle(call, { kind: 'rejected', rejection: deadlineRejection(call.deadlineMs) });
      return;
    }
    this.#inFlight++;
    if (events.listening) {
      events.emit({
        type: 'queued',
        waitMs: call.nowMs - sinceMs,
        dependency: this.#runtime.name,
        at: call.nowMs,
        context: call.options.context,
      });
    }
    this.inner.enter(call);
  }

  #rejection(option: 'maxQueue' | 'queueTimeoutMs'): Rejection {
    const limit = this.#settings[option];
    const detail =
      option === 'maxQueue' ? 'every permit is taken and the queue is full' : 'no permit came free in time';
    const code = 'E_BULKHEAD_FULL';
    return { code, policy: 'bulkhead', detail, limit, option: `bulkhead.${option}`, retryAfterMs: undefined };
  }
}
