import { ManualClock } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { createArrivals } from './arrivals.ts';

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
  const startedAtMs = clock.now();
  const intended: number[] = [];
  const arrivals = createArrivals({
    clock,
    random: seededRandom(),
    onArrival: (atMs) => {
      intended.push(atMs - startedAtMs);
      onArrival?.(clock);
    },
  });
  return { clock, intended, arrivals };
}

test('as many come as the rate says, at random moments', async () => {
  const { clock, intended, arrivals } = schedule();
  arrivals.setRate(100);
  await clock.advance(60_000);
  expect(intended.length).toBeGreaterThan(5700);
  expect(intended.length).toBeLessThan(6300);
  const gaps = intended.slice(1).map((at, index) => at - (intended[index] as number));
  const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});

test('customers who were due while the generator was stopped come late, each with the moment it was due', async () => {
  const { clock, intended, arrivals } = schedule();
  arrivals.setRate(100);
  await clock.advance(1000);
  const before = intended.length;
  clock.stall(5000);
  expect(intended.length - before).toBeGreaterThan(400);
  expect(intended[before]).toBeLessThan(1200);
  expect(Math.max(...intended)).toBeLessThanOrEqual(6000);
});

test('a slow shop meets as many customers as a fast one', async () => {
  const fast = schedule();
  const slow = schedule((clock) => clock.stall(9));
  for (const { clock, arrivals } of [fast, slow]) {
    arrivals.setRate(100);
    await clock.advance(10_000);
  }
  expect(slow.intended.filter((at) => at <= 9000)).toEqual(fast.intended.filter((at) => at <= 9000));
});

test('a new rate holds at once, and at rate 0 nobody comes', async () => {
  const { clock, intended, arrivals } = schedule();
  arrivals.setRate(0.001);
  arrivals.setRate(1000);
  await clock.advance(1000);
  expect(intended.length).toBeGreaterThan(850);
  arrivals.setRate(0);
  const before = intended.length;
  await clock.advance(5000);
  expect(intended.length).toBe(before);
});
