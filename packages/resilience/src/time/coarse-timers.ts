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
// A timer outlives the calls it was set for; this is how long it may hold an otherwise finished process open. It is
// also how much of a stall may stay unnoticed.
const maxSleepMs = 50;
// Timers of a healthy loop are late by less than this.
const usualLatenessMs = 15;
// What has come in is read in the next turn of the loop. An answer that is decompressed on another thread takes more,
// and after a stall there are many.
const turnsOnTime = 1;
const turnsAfterStall = 3;

/**
 * Many expiries, one timer. Entries are kept in slots of 5 ms, so a call costs two list operations instead of a
 * `setTimeout` and a `clearTimeout`. Nothing expires early, and nothing more than a slot and a turn of the loop late.
 *
 * Timers run before the answers that have come in meanwhile are read, so nothing expires before the event loop had one
 * more turn (got#525). Being the one timer, it also notices when this process did not get to run: it wakes late.
 */
export class CoarseTimers {
  readonly #clock: Clock;
  readonly #slots: (Expiring | undefined)[] = Array.from({ length: slotCount }, () => undefined);
  #count = 0;
  #watchers = 0;
  #timer: Timer | undefined;
  /** Whether the timer lets the process end. */
  #isBackground = false;
  /** The function that the timer was set with: one set with fake timers never fires once they are put away. */
  #setWith: unknown;
  #wakesAtMs = Number.POSITIVE_INFINITY;
  #doneSlot = 0;
  /** When the timer was set: the loop ran then. */
  #setAtMs = 0;
  #stalledMs = 0;
  #wasLate = false;
  /** Turns of the loop until what is due expires; undefined while nothing is. */
  #turnsLeft: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * How long this process has been stalled in all, so that a duration can be charged without it: the total when it ends
   * less the total when it began. It is measured while something can expire, and between `watch` and `unwatch`.
   */
  stalledMs(nowMs: number): number {
    return this.#stalledMs + this.#latenessMs(nowMs);
  }

  /** Measures stalls for something that never expires. */
  watch(nowMs: number): void {
    this.#watchers++;
    if (this.#timer === undefined || this.#isLost(nowMs)) this.#setAnew(nowMs);
  }

  unwatch(): void {
    this.#watchers--;
  }

  add(entry: Expiring, nowMs: number): void {
    const slot = slotOf(entry);
    const first = this.#slots[slot & slotMask];
    entry.nextExpiring = first;
    if (first !== undefined) first.previousExpiring = entry;
    this.#slots[slot & slotMask] = entry;
    this.#count++;
    if (this.#isLost(nowMs) || this.#isBackground) this.#setAnew(nowMs);
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
    // Not in the past: what is added too late is no sign that this process is.
    const wakesAtMs = Math.max(nowMs, Math.min(Math.ceil(expiryMs / slotMs) * slotMs, nowMs + maxSleepMs));
    if (this.#timer === undefined) this.#doneSlot = Math.ceil(nowMs / slotMs) - 1;
    if (wakesAtMs < this.#wakesAtMs) this.#setTimer(wakesAtMs, nowMs);
  }

  #setTimer(wakesAtMs: number, nowMs: number): void {
    this.#timer?.cancel();
    this.#wakesAtMs = wakesAtMs;
    this.#setAtMs = nowMs;
    this.#setWith = setTimeout;
    this.#isBackground = this.#count === 0;
    const kind = this.#isBackground ? 'background' : 'foreground';
    this.#timer = asNobody(() => this.#clock.setTimer(this.#wake, wakesAtMs - nowMs, kind));
  }

  /** Whether the timer should have fired long ago, was set by a clock far ahead, or was swapped away (p-timeout#16). */
  #isLost(nowMs: number): boolean {
    if (this.#timer === undefined) return false;
    const overdueMs = nowMs - this.#wakesAtMs;
    return overdueMs > usualLatenessMs || overdueMs < -2 * maxSleepMs || this.#setWith !== setTimeout;
  }

  #setAnew(nowMs: number): void {
    this.#recordStall(nowMs);
    if (this.#timer === undefined) this.#sleepUntil(Number.POSITIVE_INFINITY, nowMs);
    else this.#takeTurn(nowMs);
  }

  #latenessMs(nowMs: number): number {
    const latenessMs = Math.floor(nowMs - this.#wakesAtMs);
    if (latenessMs <= usualLatenessMs) return 0;
    // A long stall may have begun any time since the timer was set. Of a short one, and of one stall after another,
    // only what is certain is counted: otherwise nothing would ever be slow to a process that is always late.
    return latenessMs > maxSleepMs && !this.#wasLate ? Math.floor(nowMs - this.#setAtMs) : latenessMs;
  }

  #recordStall(nowMs: number): void {
    const latenessMs = this.#latenessMs(nowMs);
    this.#stalledMs += latenessMs;
    // An extra turn on time is no sign that the process has recovered.
    this.#wasLate = latenessMs > 0 || (this.#wasLate && this.#turnsLeft !== undefined);
  }

  /** Comes back when the loop has read what is there to be read. */
  #takeTurn(nowMs: number): void {
    const turns = this.#turnsLeft ?? (this.#wasLate ? turnsAfterStall : turnsOnTime);
    this.#turnsLeft = Math.max(0, turns - 1);
    this.#setTimer(nowMs, nowMs);
  }

  readonly #wake = (): void => {
    const nowMs = this.#clock.now();
    this.#recordStall(nowMs);
    const due = this.#findDue(nowMs);
    if (due.length > 0 && this.#turnsLeft !== 0) {
      this.#takeTurn(nowMs);
      return;
    }
    this.#turnsLeft = undefined;
    for (const entry of due) this.remove(entry);
    this.#doneSlot = Math.floor(nowMs / slotMs);
    this.#timer = undefined;
    this.#wakesAtMs = Number.POSITIVE_INFINITY;
    if (this.#count + this.#watchers > 0) this.#sleepUntil(this.#nextExpiryMs(nowMs), nowMs);
    // One expiry may remove another, or add it again for later: then it is no longer due.
    for (const entry of due) if (entry.expiresAtMs <= nowMs) entry.expire(nowMs);
  };

  #findDue(nowMs: number): Expiring[] {
    const due: Expiring[] = [];
    const lastSlot = Math.floor(nowMs / slotMs);
    const firstSlot = Math.max(this.#doneSlot + 1, lastSlot - slotCount + 1);
    for (let slot = firstSlot; slot <= lastSlot; slot++) {
      for (let entry = this.#slots[slot & slotMask]; entry !== undefined; entry = entry.nextExpiring) {
        if (entry.expiresAtMs <= nowMs) due.push(entry);
      }
    }
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
