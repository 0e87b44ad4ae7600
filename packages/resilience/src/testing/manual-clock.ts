import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '../primitives/clock.ts';

interface Due {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it, so that no test sleeps. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  readonly #timers = new Set<Due>();

  /** How many timers were ever set, and how many wait now. */
  timersSet = 0;

  now(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    // As a timer of Node does, it runs in the asynchronous context of whoever has set it.
    const due = { atMs: this.#nowMs + delayMs, callback: AsyncResource.bind(callback, 'ManualClock') };
    this.#timers.add(due);
    this.timersSet++;
    return { cancel: () => this.#timers.delete(due) };
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time on: every timer that falls due runs at its own time, and promises settle in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) {
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  /** Blocks the event loop: timers that fall due meanwhile run late, at the end of it. */
  stall(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#timers].filter(({ atMs }) => atMs <= this.#nowMs).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) this.#timers.delete(timer);
    for (const { callback } of due) callback();
  }

  #next(untilMs: number): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#timers) {
      if (due.atMs <= untilMs && (next === undefined || due.atMs < next.atMs)) next = due;
    }
    return next;
  }
}

/** Lets every promise that can settle do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
