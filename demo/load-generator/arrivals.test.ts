import { expect, test } from 'vitest';
import { type Clock, createArrivals } from './arrivals.ts';

/** A clock that moves only when told, to the next timer or past it. */
class ManualClock implements Clock {
  time = 0;
  #timer: { at: number; callback: () => void } | undefined;

  now = (): number => this.time;

  setTimer = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { at: this.time + delayMs, callback };
    this.#timer = timer;
    return () => {
      if (this.#timer === timer) this.#timer = undefined;
    };
  };

  advanceTo(time: number): void {
    while (this.#timer && this.#timer.at <= time) {
      const { at, callback } = this.#timer;
      this.#timer = undefined;
      this.time = Math.max(this.time, at);
      callback();
    }
    this.time = time;
  }

  /** The process was stopped: time passed and no timer fired. */
  stop(ms: number): void {
    this.time += ms;
  }
}

/** Park and Miller's generator: the same customers in every run. */
function seededRandom(): () => number {
  let state = 42;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function schedule(onArrival?: (clock: ManualClock) => void) {
  const clock = new ManualClock();
  const intended: number[] = [];
  const arrivals = createArrivals({
    clock,
    random: seededRandom(),
    onArrival: (atMs) => {
      intended.push(atMs);
      onArrival?.(clock);
    },
  });
  return { clock, intended, arrivals };
}

test('as many come as the rate says, at random moments', () => {
  const { clock, intended, arrivals } = schedule();
  arrivals.setRate(100);
  clock.advanceTo(60_000);
  expect(intended.length).toBeGreaterThan(5700);
  expect(intended.length).toBeLessThan(6300);
  const gaps = intended.slice(1).map((at, index) => at - (intended[index] as number));
  const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});

test('a stopped generator owes the customers of the time it missed, each with the moment it was due', () => {
  const { clock, intended, arrivals } = schedule();
  arrivals.setRate(100);
  clock.advanceTo(1000);
  const before = intended.length;
  clock.stop(5000);
  clock.advanceTo(6000);
  expect(intended.length - before).toBeGreaterThan(400);
  expect(intended[before]).toBeLessThan(1200);
  expect(Math.max(...intended)).toBeLessThanOrEqual(6000);
});

test('a slow shop meets as many customers as a fast one', () => {
  const fast = schedule();
  const slow = schedule((clock) => clock.stop(9));
  for (const { clock, arrivals } of [fast, slow]) {
    arrivals.setRate(100);
    clock.advanceTo(10_000);
  }
  expect(slow.intended.filter((at) => at <= 9000)).toEqual(fast.intended.filter((at) => at <= 9000));
});

test('a new rate holds at once, and none means nobody', () => {
  const { clock, intended, arrivals } = schedule();
  arrivals.setRate(0.001);
  arrivals.setRate(1000);
  clock.advanceTo(1000);
  expect(intended.length).toBeGreaterThan(850);
  arrivals.setRate(0);
  const before = intended.length;
  clock.advanceTo(5000);
  expect(intended.length).toBe(before);
});
