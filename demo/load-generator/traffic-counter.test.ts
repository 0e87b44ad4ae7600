import { expect, test } from 'vitest';
import { qualityCounts } from './quality.ts';
import { degradedShareOf, TrafficCounter } from './traffic-counter.ts';

test('percentiles are those of the values themselves', () => {
  const counter = new TrafficCounter();
  for (let value = 100; value >= 1; value -= 1) counter.end('live', value);
  expect(counter.take().latencyMs).toEqual({ p50: 50, p99: 99, max: 100 });
});

test('each second begins at nothing, the totals go on', () => {
  const counter = new TrafficCounter();
  counter.offer();
  counter.end('cached', 5);
  expect(counter.take()).toMatchObject({ offered: 1, outcomes: { cached: 1 } });
  expect(counter.take()).toEqual({ offered: 0, outcomes: qualityCounts(), latencyMs: null });
  expect(counter.totals()).toMatchObject({ offered: 1, outcomes: { cached: 1 } });
});

test('the degraded share is of the orders that were served', () => {
  expect(
    degradedShareOf(qualityCounts({ live: 6, cached: 1, pending: 1, failed: 10, late: 4, rejected: 3 })),
  ).toBe(0.25);
  expect(degradedShareOf(qualityCounts({ failed: 10 }))).toBeNull();
});
