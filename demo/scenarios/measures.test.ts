import { expect, test } from 'vitest';
import type { BreakerState, EdgePicture, Quality } from '../control-room/protocol.ts';
import type { LoadStats } from '../load-generator/stats.ts';
import { judge } from './judge.ts';
import {
  acceptedShare,
  attemptsPerCall,
  confirmedAgainstBefore,
  confirmedPerOrder,
  p99Ms,
  secondsUntilClosed,
  secondsUntilOpen,
  secondsUntilSettled,
  share,
} from './measures.ts';
import type { Recording, Sample } from './recording.ts';

interface Second {
  counts?: Partial<Record<Quality, number>>;
  p99?: number;
  breaker?: BreakerState;
  open?: number;
  settled?: number;
  retries?: number;
}

const edge = 'orders->recommendation';
const nobody = {
  live: 0,
  cached: 0,
  default: 0,
  disabled: 0,
  pending: 0,
  rejected: 0,
  refused: 0,
  failed: 0,
};

function sample(
  { counts = { live: 10 }, p99 = 20, breaker = 'closed', open = 0, settled = 0, retries = 0 }: Second,
  index: number,
): Sample {
  const orders = { offered: 10, outcomes: { ...nobody, ...counts }, latencyMs: { p50: 5, p99, max: p99 } };
  const stats = { orders, pending: { open, confirmed: settled } } as unknown as LoadStats;
  const edges = [{ id: edge, breaker, callsPerSecond: 10 } as EdgePicture];
  return { atMs: (index + 1) * 1_000, stats, edges, retries: { [edge]: retries } };
}

/** Broken in its third and fourth second of six. */
const recording = (...seconds: Second[]): Recording => ({
  samples: seconds.map(sample),
  brokenFromMs: 2_000,
  brokenToMs: 4_000,
  durationMs: 6_000,
});

const well = {};

test('a share counts the seconds that lie whole within the phase', () => {
  const run = recording(
    well,
    well,
    { counts: { cached: 10 } },
    { counts: { cached: 5, failed: 5 } },
    well,
    well,
  );
  expect(share(['cached'], 'before')(run)).toBe(0);
  expect(share(['cached'], 'during')(run)).toBe(0.75);
  expect(acceptedShare('during')(run)).toBe(0.75);
  expect(acceptedShare('after')(run)).toBe(1);
});

test('out of stock is an answer, not a loss', () => {
  const run = recording(well, well, { counts: { rejected: 10 } }, well, well, well);
  expect(acceptedShare('during')(run)).toBe(1);
});

test('a phase in which nothing was answered has no share', () => {
  const silent = { counts: { live: 0 } };
  const run = recording(well, well, silent, silent, well, well);
  expect(acceptedShare('during')(run)).toBeNull();
  expect(confirmedAgainstBefore('during')(run)).toBeNull();
});

test('what is confirmed is compared by its share, however many customers come', () => {
  const run = recording(
    well,
    well,
    { counts: { live: 3, pending: 3 } },
    { counts: { live: 6, pending: 6 } },
    well,
    well,
  );
  expect(confirmedAgainstBefore('during')(run)).toBe(0.5);
  expect(confirmedAgainstBefore('after')(run)).toBe(1);
});

test('an order confirmed later counts as confirmed when it is', () => {
  const pending = { counts: { live: 5, pending: 5 } };
  const run = recording(well, well, pending, { ...pending, settled: 0 }, { settled: 4 }, { settled: 10 });
  expect(confirmedPerOrder('during')(run)).toBe(0.5);
  expect(confirmedPerOrder('after')(run)).toBe(1.3);
});

test('one unlucky second is not the p99 of a phase', () => {
  expect(p99Ms('after')(recording(well, well, well, well, well, { p99: 900 }, well))).toBe(20);
});

test('a breaker is timed from the fault to open, and from healing to closed for good', () => {
  const run = recording(well, well, { breaker: 'open' }, { breaker: 'open' }, { breaker: 'half-open' }, well);
  expect(secondsUntilOpen(edge)(run)).toBe(1);
  expect(secondsUntilClosed(edge)(run)).toBe(2);
});

test('a breaker that opens again has not closed', () => {
  const run = recording(well, well, { breaker: 'open' }, well, well, { breaker: 'open' });
  expect(secondsUntilClosed(edge)(run)).toBeNull();
});

test('orders are settled when none is open any more', () => {
  expect(secondsUntilSettled(recording(well, well, { open: 9 }, { open: 9 }, { open: 2 }, well))).toBe(2);
  expect(secondsUntilSettled(recording(well, well, well, well, { open: 2 }, { open: 1 }))).toBeNull();
});

test('attempts per call compare retries with calls while it was broken', () => {
  const run = recording(well, well, { retries: 0 }, { retries: 5 }, well, well);
  expect(attemptsPerCall(edge)(run)).toBe(1.5);
});

test('an expectation without a number is not met', () => {
  const expectation = { says: 'it closes', unit: 's', measure: () => null, atMost: 5 } as const;
  expect(judge([expectation], recording())).toEqual([
    { says: 'it closes', expected: 'at most 5.0 s', measured: 'not seen', holds: false },
  ]);
});
