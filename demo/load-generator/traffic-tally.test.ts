import { expect, test } from 'vitest';
import { degradedShareOf, noOutcomes, TrafficTally } from './traffic-tally.ts';

test('percentiles are those of the values themselves', () => {
  const tally = new TrafficTally();
  for (let value = 100; value >= 1; value -= 1) tally.end('live', value);
  expect(tally.take().latencyMs).toEqual({ p50: 50, p99: 99, max: 100 });
});

test('each second begins at nothing, the totals go on', () => {
  const tally = new TrafficTally();
  tally.offer();
  tally.end('cached', 5);
  expect(tally.take()).toMatchObject({ offered: 1, outcomes: { cached: 1 } });
  expect(tally.take()).toEqual({ offered: 0, outcomes: noOutcomes(), latencyMs: null });
  expect(tally.totals()).toMatchObject({ offered: 1, outcomes: { cached: 1 } });
});

test('the degraded share is of the orders that were served', () => {
  expect(degradedShareOf({ ...noOutcomes(), live: 6, cached: 1, pending: 1, failed: 10, rejected: 3 })).toBe(
    0.25,
  );
  expect(degradedShareOf({ ...noOutcomes(), failed: 10 })).toBeNull();
});
