import type { Priority } from './call-options.ts';
import { type Clock, type Random, systemClock } from './clock.ts';
import { LoopDelay } from './loop-delay.ts';
import { MeanWait } from './mean-wait.ts';
import { type Patch, withPatch } from './settings.ts';
import { type ShedderSettings, shedderDefaults, shedderRules } from './shedder-settings.ts';

export interface ShedderOptions extends Patch<ShedderSettings> {
  readonly clock?: Clock;
  readonly random?: Random;
}

export type ShedReason = 'expired' | 'overloaded' | 'full';

export type Admission =
  /** Call `release` when the work is done; a second time does nothing. */
  | { readonly admitted: true; release(): void }
  | { readonly admitted: false; readonly retryAfterMs: number; readonly reason: ShedReason };

export interface ShedderSnapshot {
  readonly enabled: boolean;
  readonly overloaded: boolean;
  readonly inFlight: number;
  /** How many may be, now. */
  readonly limit: number;
  readonly maxInFlight: number;
  readonly loopDelayMs: number;
  readonly queueWaitMs: number;
  readonly admitted: Readonly<Record<Priority, number>>;
  readonly shed: Readonly<Record<Priority, number>>;
  readonly reasons: Readonly<Record<ShedReason, number>>;
  readonly settings: ShedderSettings;
}

/** Decides at a server's door, before any work is done, which requests it can still answer in time. */
export interface LoadShedder {
  /** Admits or refuses a request that has `deadlineMs` left. The less important is refused first. */
  admit(priority: Priority, deadlineMs?: number): Admission;
  /** Told how long a piece of work waited in a queue of this process, such as a connection pool's. */
  queueWaited(waitMs: number): void;
  configure(patch: Patch<ShedderSettings>): void;
  snapshot(): ShedderSnapshot;
  /** Stops watching the event loop. */
  close(): void;
}

/** @throws {InvalidOptionError} naming the option, what was expected and what was received */
export function createLoadShedder(options: ShedderOptions = {}): LoadShedder {
  return new Shedder(options);
}

/**
 * How much of the limit the requests in flight, of whatever priority, may fill before one of this priority is refused.
 * So there is always room for the critical, and while they fill it there is none for the sheddable.
 */
const shares: Readonly<Record<Priority, number>> = { critical: 1, default: 0.9, sheddable: 0.7 };

const growth = 0.1;

class Shedder implements LoadShedder {
  readonly #random: Random;
  readonly #loop: LoopDelay;
  readonly #loopDelay = new MeanWait();
  readonly #queueWait = new MeanWait();
  readonly #admitted = { critical: 0, default: 0, sheddable: 0 };
  readonly #shed = { critical: 0, default: 0, sheddable: 0 };
  readonly #reasons = { expired: 0, overloaded: 0, full: 0 };
  #settings: ShedderSettings;
  #judgedAtMs: number;
  #overloaded = false;
  #limit: number;
  #inFlight = 0;
  #mostInFlight = 0;

  constructor({ clock = systemClock, random = Math.random, ...patch }: ShedderOptions) {
    this.#random = random;
    this.#settings = withPatch(shedderDefaults, patch as Patch<ShedderSettings>, shedderRules);
    this.#limit = this.#settings.maxInFlight;
    this.#judgedAtMs = clock.now();
    this.#loop = new LoopDelay(clock, (lateMs, nowMs) => this.#sampled(lateMs, nowMs));
  }

  admit(priority: Priority, deadlineMs = Number.POSITIVE_INFINITY): Admission {
    const reason = this.#settings.enabled ? this.#refusal(priority, deadlineMs) : undefined;
    return reason === undefined ? this.#admit(priority) : this.#refuse(priority, reason);
  }

  queueWaited(waitMs: number): void {
    this.#queueWait.add(waitMs);
  }

  configure(patch: Patch<ShedderSettings>): void {
    this.#settings = withPatch(this.#settings, patch, shedderRules);
    this.#become(this.#limit);
  }

  snapshot(): ShedderSnapshot {
    return {
      enabled: this.#settings.enabled,
      overloaded: this.#overloaded,
      inFlight: this.#inFlight,
      limit: Math.floor(this.#limit),
      maxInFlight: this.#settings.maxInFlight,
      loopDelayMs: this.#loopDelay.lastMs,
      queueWaitMs: this.#queueWait.lastMs,
      admitted: { ...this.#admitted },
      shed: { ...this.#shed },
      reasons: { ...this.#reasons },
      settings: this.#settings,
    };
  }

  close(): void {
    this.#loop.stop();
  }

  #refusal(priority: Priority, deadlineMs: number): ShedReason | undefined {
    // Its time began to run when it was sent, and it has since waited for the event loop.
    if (!(deadlineMs > this.#loopDelay.lastMs)) return 'expired';
    if (this.#inFlight < this.#limit * shares[priority]) return undefined;
    return this.#limit < this.#settings.maxInFlight ? 'overloaded' : 'full';
  }

  #admit(priority: Priority): Admission {
    this.#admitted[priority]++;
    this.#inFlight++;
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#inFlight);
    let isReleased = false;
    const release = () => {
      if (!isReleased) this.#inFlight--;
      isReleased = true;
    };
    return { admitted: true, release };
  }

  #refuse(priority: Priority, reason: ShedReason): Admission {
    this.#shed[priority]++;
    this.#reasons[reason]++;
    return {
      admitted: false,
      retryAfterMs: Math.ceil(this.#settings.retryAfterMs * (1 + this.#random())),
      reason,
    };
  }

  #sampled(lateMs: number, nowMs: number): void {
    this.#loopDelay.add(lateMs);
    if (nowMs - this.#judgedAtMs < this.#settings.intervalMs) return;
    this.#judgedAtMs = nowMs;
    this.#judge(this.#loopDelay.take(), this.#queueWait.take());
  }

  #judge(loopDelayMs: number, queueWaitMs: number): void {
    const { maxLoopDelayMs, maxQueueWaitMs } = this.#settings;
    const strain = Math.max(loopDelayMs / maxLoopDelayMs, queueWaitMs / maxQueueWaitMs);
    this.#overloaded = strain > 1;
    // Down by as much as waits are too long, since they grow with what is in flight; up slowly.
    if (this.#overloaded) this.#become(Math.min(this.#limit, this.#mostInFlight) * Math.max(0.5, 1 / strain));
    else this.#become(this.#limit * (1 + growth * (1 - strain)) + growth);
    this.#mostInFlight = this.#inFlight;
  }

  #become(limit: number): void {
    const { minInFlight, maxInFlight } = this.#settings;
    this.#limit = Math.min(maxInFlight, Math.max(minInFlight, limit));
  }
}
