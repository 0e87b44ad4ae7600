import type { Priority } from '../pipeline/call-options.ts';
import { type Clock, type Random, systemClock } from '../primitives/clock.ts';
import { aClock, aFunction, anObject, checkArgument, type Patch } from '../primitives/options.ts';
import { safeRandom } from '../primitives/random.ts';
import { LoopDelay } from './loop-delay.ts';
import { ShedLimit } from './shed-limit.ts';
import { patchShedder, type ShedderSettings, shedderDefaults } from './shedder-settings.ts';

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
  /** Admits or sheds a request that has `deadlineMs` left. The less important is shed first. */
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
  checkArgument('createLoadShedder', 'options', options, anObject);
  const shedder = new Shedder(options);
  // Bound, own and enumerable, as the methods of a dependency are.
  return {
    admit: (priority, deadlineMs) => shedder.admit(priority, deadlineMs),
    queueWaited: (waitMs) => shedder.queueWaited(waitMs),
    configure: (patch) => shedder.configure(patch),
    snapshot: () => shedder.snapshot(),
    close: () => shedder.close(),
  };
}

/**
 * How much of the limit the requests in flight, of whatever priority, may fill before one of this priority is shed.
 * So there is always room for the critical, and while they fill it there is none for the sheddable.
 */
const shares: Readonly<Record<Priority, number>> = { critical: 1, default: 0.9, sheddable: 0.7 };

class Shedder implements LoadShedder {
  readonly #random: Random;
  readonly #loop: LoopDelay;
  readonly #limit: ShedLimit;
  readonly #admitted = { critical: 0, default: 0, sheddable: 0 };
  readonly #shed = { critical: 0, default: 0, sheddable: 0 };
  readonly #reasons = { expired: 0, overloaded: 0, full: 0 };
  #settings: ShedderSettings;
  #inFlight = 0;

  constructor({ clock = systemClock, random = Math.random, ...patch }: ShedderOptions) {
    checkArgument('createLoadShedder', 'clock', clock, aClock);
    checkArgument('createLoadShedder', 'random', random, aFunction);
    this.#random = safeRandom(random);
    this.#settings = patchShedder(shedderDefaults, patch as Patch<ShedderSettings>);
    this.#limit = new ShedLimit(this.#settings, clock.now());
    this.#loop = new LoopDelay(clock, (lateMs, nowMs) => this.#limit.loopWas(lateMs, this.#inFlight, nowMs));
  }

  admit(priority: Priority, deadlineMs = Number.POSITIVE_INFINITY): Admission {
    const reason = this.#settings.enabled ? this.#shedReason(priority, deadlineMs) : undefined;
    return reason === undefined ? this.#admit(priority) : this.#shedOne(priority, reason);
  }

  queueWaited(waitMs: number): void {
    this.#limit.queueWait.add(waitMs);
  }

  configure(patch: Patch<ShedderSettings>): void {
    this.#settings = patchShedder(this.#settings, patch);
    this.#limit.configure(this.#settings);
  }

  snapshot(): ShedderSnapshot {
    return {
      enabled: this.#settings.enabled,
      overloaded: this.#limit.isOverloaded,
      inFlight: this.#inFlight,
      limit: Math.floor(this.#limit.value),
      maxInFlight: this.#settings.maxInFlight,
      loopDelayMs: this.#limit.loopDelay.lastMs,
      queueWaitMs: this.#limit.queueWait.lastMs,
      admitted: { ...this.#admitted },
      shed: { ...this.#shed },
      reasons: { ...this.#reasons },
      settings: this.#settings,
    };
  }

  close(): void {
    this.#loop.stop();
  }

  #shedReason(priority: Priority, deadlineMs: number): ShedReason | undefined {
    // Its time began to run when it was sent, and it has since waited for the event loop.
    if (!(deadlineMs > this.#limit.loopDelay.lastMs)) return 'expired';
    if (this.#inFlight < this.#limit.value * shares[priority]) return undefined;
    return this.#limit.value < this.#settings.maxInFlight ? 'overloaded' : 'full';
  }

  #admit(priority: Priority): Admission {
    this.#admitted[priority]++;
    this.#limit.reached(++this.#inFlight);
    let isReleased = false;
    const release = () => {
      if (!isReleased) this.#inFlight--;
      isReleased = true;
    };
    return { admitted: true, release };
  }

  #shedOne(priority: Priority, reason: ShedReason): Admission {
    this.#shed[priority]++;
    this.#reasons[reason]++;
    return {
      admitted: false,
      retryAfterMs: Math.ceil(this.#settings.retryAfterMs * (1 + this.#random())),
      reason,
    };
  }
}
