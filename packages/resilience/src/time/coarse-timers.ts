import type { Clock, Timer } from '../primitives/clock.ts';
import { asNobody } from '../primitives/nobody.ts';

/** Something that expires unless it is removed first. Its links make adding and removing free of allocation. */
export interface Expiring {
  expiresAtMs: number;
  nextExpiring: Expiring | undefined;
  previousExpiring: Expiring | undefined;
  expire(nowMs: number): void;
}

const slotMs = 5;
const slotCount = 512;
// A mask and not %, which is a function call for numbers over 32 bits.
const slotMask = slotCount - 1;
// A timer outlives the calls it was set for; this is how long it may hold an otherwise finished process open.
const maxSleepMs = 100;
// Timers of a healthy loop are late by less than this.
const usualLatenessMs = 15;

/**
 * Many expiries, one timer. Entries are kept in slots of 5 ms, so a call costs two list operations instead of a
 * `setTimeout` and a `clearTimeout`. Nothing expires early, and nothing more than a slot late.
 *
 * Being the one timer, it also notices when this process did not get to run: it wakes late. The answers that came in
 * meanwhile are read after the timers, so nothing expires before the event loop had one more turn (got#525).
 */
export class CoarseTimers {
  readonly #clock: Clock;
  readonly #slots: (Expiring | undefined)[] = Array.from({ length: slotCount }, () => undefined);
  #count = 0;
  #timer: Timer | undefined;
  #wakesAtMs = Number.POSITIVE_INFINITY;
  #doneSlot = 0;
  /** When the timer was set: the loop ran then. */
  #setAtMs = 0;
  #stalledMs = 0;
  #isExtraTurn = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * How long this process has been stalled in all, so that a duration can be charged without it: the total when it ends
   * less the total when it began.
   */
  stalledMs(nowMs: number): number {
    return this.#stalledMs + this.#latenessMs(nowMs);
  }

  add(entry: Expiring, nowMs: number): void {
    const slot = slotOf(entry);
    const first = this.#slots[slot & slotMask];
    entry.nextExpiring = first;
    if (first !== undefined) first.previousExpiring = entry;
    this.#slots[slot & slotMask] = entry;
    this.#count++;
    if (nowMs - this.#wakesAtMs > usualLatenessMs) this.#rearm(nowMs);
    if (entry.expiresAtMs < this.#wakesAtMs) this.#sleepUntil(entry.expiresAtMs, nowMs);
    // A call goes on at the time it was woken at, which may lie behind what others have done since. Its slot was looked
    // through already, and the next look would come when the wheel has turned around.
    if (slot <= this.#doneSlot) this.#doneSlot = slot - 1;
  }

  /** Takes an entry out; one that has expired or was never added is left alone. */
  remove(entry: Expiring): void {
    const { nextExpiring: next, previousExpiring: previous } = entry;
    const slot = slotOf(entry) & slotMask;
    if (previous !== undefined) previous.nextExpiring = next;
    else if (this.#slots[slot] === entry) this.#slots[slot] = next;
    else return;
    if (next !== undefined) next.previousExpiring = previous;
    entry.nextExpiring = undefined;
    entry.previousExpiring = undefined;
    this.#count--;
  }

  #sleepUntil(expiryMs: number, nowMs: number): void {
    const wakesAtMs = Math.min(Math.ceil(expiryMs / slotMs) * slotMs, nowMs + maxSleepMs);
    if (this.#timer === undefined) this.#doneSlot = Math.ceil(nowMs / slotMs) - 1;
    else if (wakesAtMs >= this.#wakesAtMs) return;
    else this.#timer.cancel();
    this.#wakesAtMs = wakesAtMs;
    this.#setAtMs = nowMs;
    this.#setTimer(Math.max(0, wakesAtMs - nowMs));
  }

  /** Sets the timer anew that should have fired long ago: the loop is stalled, or somebody has swapped the timers. */
  #rearm(nowMs: number): void {
    this.#timer?.cancel();
    this.#takeExtraTurn(nowMs);
  }

  #latenessMs(nowMs: number): number {
    const latenessMs = nowMs - this.#wakesAtMs;
    if (latenessMs <= usualLatenessMs) return 0;
    // A long stall may have begun any time since the timer was set; of a short one only what is certain is counted.
    return latenessMs > maxSleepMs ? nowMs - this.#setAtMs : latenessMs;
  }

  /** Comes back when the loop has read what is there to be read. */
  #takeExtraTurn(nowMs: number): void {
    this.#stalledMs += this.#latenessMs(nowMs);
    this.#isExtraTurn = true;
    this.#wakesAtMs = nowMs;
    this.#setAtMs = nowMs;
    this.#setTimer(0);
  }

  #setTimer(delayMs: number): void {
    this.#timer = asNobody(() => this.#clock.setTimer(this.#wake, delayMs));
  }

  readonly #wake = (): void => {
    const nowMs = this.#clock.now();
    if (!this.#isExtraTurn && this.#latenessMs(nowMs) > 0) {
      this.#takeExtraTurn(nowMs);
      return;
    }
    this.#isExtraTurn = false;
    const due = this.#takeDue(nowMs);
    this.#timer = undefined;
    this.#wakesAtMs = Number.POSITIVE_INFINITY;
    if (this.#count > 0) this.#sleepUntil(this.#nextExpiryMs(nowMs), nowMs);
    // One expiry may remove another, or add it again for later: then it is no longer due.
    for (const entry of due) if (entry.expiresAtMs <= nowMs) entry.expire(nowMs);
  };

  #takeDue(nowMs: number): Expiring[] {
    const due: Expiring[] = [];
    const lastSlot = Math.floor(nowMs / slotMs);
    const firstSlot = Math.max(this.#doneSlot + 1, lastSlot - slotCount + 1);
    for (let slot = firstSlot; slot <= lastSlot; slot++) {
      for (let entry = this.#slots[slot & slotMask]; entry !== undefined; entry = entry.nextExpiring) {
        if (entry.expiresAtMs <= nowMs) due.push(entry);
      }
    }
    for (const entry of due) this.remove(entry);
    this.#doneSlot = lastSlot;
    return due;
  }

  #nextExpiryMs(nowMs: number): number {
    const nowSlot = Math.floor(nowMs / slotMs);
    for (let ahead = 1; ahead <= slotCount; ahead++) {
      if (this.#slots[(nowSlot + ahead) & slotMask] !== undefined) return (nowSlot + ahead) * slotMs;
    }
    return nowMs + maxSleepMs;
  }
}

const slotOf = (entry: Expiring): number => Math.ceil(entry.expiresAtMs / slotMs);

const byClock = new WeakMap<Clock, CoarseTimers>();

/** The one CoarseTimers of a clock: all dependencies of a process share a single timer. */
export function coarseTimersOf(clock: Clock): CoarseTimers {
  const timers = byClock.get(clock) ?? new CoarseTimers(clock);
  byClock.set(clock, timers);
  return timers;
}
