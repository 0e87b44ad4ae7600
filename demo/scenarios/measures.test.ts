import { expect, test } from 'vitest';
import {
  acceptedShare,
  attemptsPerCall,
  confirmedAgainstBefore,
  confirmedPerOrder,
  failedShare,
  lagMs,
  letThroughPerSecond,
  p50Ms,
  p99Ms,
  secondsUntilClosed,
  secondsUntilOpen,
  secondsUntilSettled,
  share,
} from './measures.ts';
import type { Recording } from './recording.ts';
import { type Second, sampleOf } from './testing.ts';

const edge = 'orders->recommendation';

/** Broken in its third and fourth second of six. */
const recording = (...seconds: Second[]): Recording => ({
  samples: seconds.map((second, index) => sampleOf(second, (index + 1) * 1000)),
  brokenFromMs: 2000,
  brokenToMs: 4000,
  durationMs: 6000,
});

const healthy = {};

test('a share counts the seconds that lie whole within the phase', () => {
  const run = recording(
    healthy,
    healthy,
    { counts: { cached: 10 } },
    { counts: { cached: 5, failed: 5 } },
    healthy,
    healthy,
  );
  expect(share(['cached'], 'before')(run)).toBe(0);
  expect(share(['cached'], 'during')(run)).toBe(0.75);
  expect(acceptedShare('during')(run)).toBe(0.75);
  expect(acceptedShare('after')(run)).toBe(1);
});

test('out of stock is an answer, not a loss', () => {
  const run = recording(healthy, healthy, { counts: { rejected: 10 } }, healthy, healthy, healthy);
  expect(acceptedShare('during')(run)).toBe(1);
});

test('a phase in which nothing was answered has no share', () => {
  const silent = { counts: { live: 0 } };
  const run = recording(healthy, healthy, silent, silent, healthy, healthy);
  expect(acceptedShare('during')(run)).toBeNull();
  expect(confirmedAgainstBefore('during')(run)).toBeNull();
});

test('what is confirmed is compared by its share, however many customers come', () => {
  const run = recording(
    healthy,
    healthy,
    { counts: { live: 3, pending: 3 } },
    { counts: { live: 6, pending: 6 } },
    healthy,
    healthy,
  );
  expect(confirmedAgainstBefore('during')(run)).toBe(0.5);
  expect(confirmedAgainstBefore('after')(run)).toBe(1);
});

test('an order confirmed later counts as confirmed when it is', () => {
  const pending = { counts: { live: 5, pending: 5 } };
  const run = recording(
    healthy,
    healthy,
    pending,
    { ...pending, settled: 0 },
    { settled: 4 },
    { settled: 10 },
  );
  expect(confirmedPerOrder('during')(run)).toBe(0.5);
  expect(confirmedPerOrder('after')(run)).toBe(1.3);
});

test('a quantile is taken over all orders of a phase', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  const run = recording(healthy, healthy, healthy, healthy, { latenciesMs: hundred }, { latenciesMs: [900] });
  expect(p50Ms('after')(run)).toBe(51);
  expect(p99Ms('after')(run)).toBe(100);
  expect(p99Ms('after', 10_000)(run)).toBeNull();
});

test('orders that fail count from the second of the fault to the end, the second of the return included', () => {
  const one = { counts: { live: 9, failed: 1 } };
  const odd = {
    ...recording(one, one, healthy, healthy, one, healthy),
    brokenFromMs: 1500,
    brokenToMs: 4500,
  };
  expect(failedShare(odd)).toBeCloseTo(2 / 50);
});

test('a breaker is timed from the fault to open, and from healing to closed for good', () => {
  const run = recording(
    healthy,
    healthy,
    { breaker: 'open' },
    { breaker: 'open' },
    { breaker: 'half-open' },
    healthy,
  );
  expect(secondsUntilOpen(edge)(run)).toBe(1);
  expect(secondsUntilClosed(edge)(run)).toBe(2);
});

test('a breaker that opens again has not closed', () => {
  const run = recording(healthy, healthy, { breaker: 'open' }, healthy, healthy, { breaker: 'open' });
  expect(secondsUntilClosed(edge)(run)).toBeNull();
});

test('a breaker that never opened did not close', () => {
  expect(
    secondsUntilClosed(edge)(recording(healthy, healthy, healthy, healthy, healthy, healthy)),
  ).toBeNull();
});

test('an accepted order that is gone is not settled', () => {
  expect(
    secondsUntilSettled(recording(healthy, healthy, healthy, healthy, { missing: 1 }, { missing: 1 })),
  ).toBeNull();
});

test('orders are settled when none is open any more', () => {
  expect(
    secondsUntilSettled(recording(healthy, healthy, { open: 9 }, { open: 9 }, { open: 2 }, healthy)),
  ).toBe(2);
  expect(
    secondsUntilSettled(recording(healthy, healthy, healthy, healthy, { open: 2 }, { open: 1 })),
  ).toBeNull();
});

test('attempts per call compare retries with calls while it was broken', () => {
  const run = recording(healthy, healthy, { retries: 0 }, { retries: 5 }, healthy, healthy);
  expect(attemptsPerCall(edge)(run)).toBe(1.5);
});

test('what a guard lets through is counted per second', () => {
  const run = recording(
    {},
    {},
    { letThrough: 10 },
    { letThrough: 14 },
    { letThrough: 14 },
    { letThrough: 30 },
  );
  expect(letThroughPerSecond(edge, 'during')(run)).toBe(4);
  expect(letThroughPerSecond(edge, 'during', 1000)(run)).toBeNull();
});

test('the lag of the load generator is a quantile over the seconds of a run', () => {
  expect(lagMs(0.5)(recording({ lagMs: 5 }, { lagMs: 900 }, { lagMs: 3 }))).toBe(5);
  expect(lagMs(0.5)(recording())).toBeNull();
});
