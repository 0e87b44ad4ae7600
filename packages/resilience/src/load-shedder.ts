import type { Priority } from './call.ts';
import { type Clock, type Random, systemClock, type Timer } from './clock.ts';
import { above, atLeast, integer, onOff, type Patch, type Rules, ratio, withPatch } from './settings.ts';

export interface ShedderSettings {
  readonly enabled: boolean;
  /** Requests at work at once; `default` ones may use 90 % of them and `sheddable` ones 70 %. */
  readonly maxInFlight: number;
  /** Overloaded when the event loop runs later than this. */
  readonly maxLoopDelayMs: number;
  /** Overloaded when work waits longer than this in a queue, as told through `queueWaited`. */
  readonly maxQueueWaitMs: number;
  /** How often load is judged. */
  readonly intervalMs: number;
  /** Share of one priority shed more for each overloaded interval. */
  readonly raise: number;
  /** Share of one priority shed less for each interval without overload. */
  readonly relax: number;
  /** What a refused client is told to wait, at least; up to twice that, so that they do not come back together. */
  readonly retryAfterMs: number;
}

/** DAGOR (WeChat): a mean wait over 20 ms is overload. */
export const shedderDefaults: ShedderSettings = {
  enabled: true,
  maxInFlight: 256,
  maxLoopDelayMs: 50,
  maxQueueWaitMs: 20,
  intervalMs: 100,
  raise: 0.25,
  relax: 0.05,
  retryAfterMs: 1000,
};

const shedderRules: Rules = {
  enabled: onOff,
  maxInFlight: integer(1),
  maxLoopDelayMs: above(0),
  maxQueueWaitMs: above(0),
  intervalMs: above(0),
  raise: ratio,
  relax: ratio,
  retryAfterMs: atLeast(0),
};

export interface ShedderOptions extends Patch<ShedderSettings> {
  readonly clock?: Clock;
  readonly random?: Random;
}

export type ShedReason = 'expired' | 'overloaded' | 'full';

/** Say `release` once, when the answer is sent. */
export type Admission =
  | { readonly admitted: true; release(): void }
  | { readonly admitted: false; readonly retryAfterMs: number; readonly reason: ShedReason };

export interface ShedderSnapshot {
  readonly enabled: boolean;
  readonly overloaded: boolean;
  /** 0..1 sheds that share of `sheddable`, 1..2 all of it and that share of `default`, 2..3 of `critical`. */
  readonly pressure: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly loopDelayMs: number;
  readonly queueWaitMs: number;
  readonly admitted: Readonly<Record<Priority, number>>;
  readonly shed: Readonly<Record<Priority, number>>;
  readonly reasons: Readonly<Record<ShedReason, number>>;
  readonly settings: ShedderSettings;
}

/** Decides at a server's door, before any work, which requests it can still answer in time. */
export interface LoadShedder {
  /** Admits or refuses one request that has `deadlineMs` left; sheddable ones are refused first. */
  admit(priority: Priority, deadlineMs?: number): Admission;
  /** Told how long a piece of work waited in a queue of this process, a connection pool for example. */
  queueWaited(waitMs: number): void;
  configure(patch: Patch<ShedderSettings>): void;
  snapshot(): ShedderSnapshot;
  /** Stops watching the event loop. */
  close(): void;
}

export function createLoadShedder(options: ShedderOptions = {}): LoadShedder {
  return new Shedder(options);
}

/** The pressure at which a priority begins to be shed, and its share of `maxInFlight`. */
const tiers: Readonly<Record<Priority, { readonly from: number; readonly share: number }>> = {
  sheddable: { from: 0, share: 0.7 },
  default: { from: 1, share: 0.9 },
  critical: { from: 2, share: 1 },
};
const maxPressure = 3;

class Shedder implements LoadShedder {
  readonly #clock: Clock;
  readonly #random: Random;
  #settings: ShedderSettings;
  #timer: Timer | undefined;
  #pressure = 0;
  #overloaded = false;
  #inFlight = 0;
  #loopDelayMs = 0;
  #longestWaitMs = 0;
  #queueWaitMs = 0;
  readonly #admitted = { critical: 0, default: 0, sheddable: 0 };
  readonly #shed = { critical: 0, default: 0, sheddable: 0 };
  readonly #reasons = { expired: 0, overloaded: 0, full: 0 };

  constructor({ clock = systemClock, random = Math.random, ...patch }: ShedderOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#settings = withPatch(shedderDefaults, patch as Patch<ShedderSettings>, shedderRules);
    this.#watch();
  }

  admit(priority: Priority, deadlineMs = Number.POSITIVE_INFINITY): Admission {
    const reason = this.#settings.enabled ? this.#refusal(priority, deadlineMs) : undefined;
    if (reason !== undefined) return this.#refuse(priority, reason);
    this.#admitted[priority]++;
    this.#inFlight++;
    let released = false;
    const release = () => {
      if (!released) this.#inFlight--;
      released = true;
    };
    return { admitted: true, release };
  }

  queueWaited(waitMs: number): void {
    this.#longestWaitMs = Math.max(this.#longestWaitMs, waitMs);
  }

  configure(patch: Patch<ShedderSettings>): void {
    this.#settings = withPatch(this.#settings, patch, shedderRules);
  }

  snapshot(): ShedderSnapshot {
    return {
      enabled: this.#settings.enabled,
      overloaded: this.#overloaded,
      pressure: this.#pressure,
      inFlight: this.#inFlight,
      maxInFlight: this.#settings.maxInFlight,
      loopDelayMs: this.#loopDelayMs,
      queueWaitMs: this.#queueWaitMs,
      admitted: { ...this.#admitted },
      shed: { ...this.#shed },
      reasons: { ...this.#reasons },
      settings: this.#settings,
    };
  }

  close(): void {
    this.#timer?.cancel();
  }

  #refusal(priority: Priority, deadlineMs: number): ShedReason | undefined {
    const { from, share } = tiers[priority];
    // It waited for the event loop already; what it has left counts from when it got here.
    if (!(deadlineMs > this.#loopDelayMs)) return 'expired';
    if (this.#inFlight >= this.#settings.maxInFlight * share) return 'full';
    return this.#random() < this.#pressure - from ? 'overloaded' : undefined;
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

  #watch(): void {
    const { intervalMs } = this.#settings;
    const dueMs = this.#clock.now() + intervalMs;
    this.#timer = this.#clock.setTimer(
      () => {
        this.#judge(Math.max(0, this.#clock.now() - dueMs));
        this.#watch();
      },
      intervalMs,
      'background',
    );
  }

  #judge(loopDelayMs: number): void {
    const { maxLoopDelayMs, maxQueueWaitMs, raise, relax } = this.#settings;
    this.#loopDelayMs = loopDelayMs;
    this.#queueWaitMs = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    this.#overloaded = loopDelayMs > maxLoopDelayMs || this.#queueWaitMs > maxQueueWaitMs;
    const pressure = this.#pressure + (this.#overloaded ? raise : -relax);
    this.#pressure = Math.min(maxPressure, Math.max(0, pressure));
  }
}
