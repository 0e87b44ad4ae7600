import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../test/properties/runs.ts';
import { longestTimerMs } from '../primitives/options.ts';
import { quantile } from '../primitives/quantile.ts';
import { LatencyWindow } from './latency-window.ts';

function windowOf(durationsMs: number[]): LatencyWindow {
  const window = new LatencyWindow();
  for (const durationMs of durationsMs) window.record(durationMs, 5000);
  return window;
}

test('knows quantiles within a fifth of the truth', () => {
  const window = windowOf(Array.from({ length: 1000 }, (_, index) => index + 1));
  for (const share of [0.5, 0.95, 0.99]) {
    const quantile = window.quantile(share, 5000);
    expect(quantile / (1000 * share)).toBeGreaterThan(0.82);
    expect(quantile / (1000 * share)).toBeLessThan(1.2);
  }
});

test('agrees with the quantile of the primitives, but for the width of a bucket', () => {
  const widthOfBucket = 2 ** 0.25;
  const durations = fc.array(fc.double({ min: 0.1, max: 2 ** 31, noNaN: true }), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (durationsMs, share) => {
      const exactMs = quantile(durationsMs, share) as number;
      const ratio = windowOf(durationsMs).quantile(share, 5000) / exactMs;
      expect(ratio).toBeLessThanOrEqual(widthOfBucket * 1.000_001);
      expect(ratio).toBeGreaterThanOrEqual(1 / widthOfBucket / 1.000_001);
    }),
    runs(),
  );
});

test('keeps what is faster or slower than its scale at the ends of it', () => {
  const window = windowOf([0, 0.001, 1e12]);
  expect(window.count(5000)).toBe(3);
  expect(window.quantile(0.5, 5000)).toBeLessThan(0.08);
  expect(window.quantile(1, 5000)).toBeGreaterThan(longestTimerMs);
});

test.each([0.5, 20, 30_000, 3_600_000, longestTimerMs])(
  'knows a quantile that no call of %s ms exceeds',
  (ms) => {
    const window = windowOf(Array.from({ length: 100 }, () => ms));
    expect(window.upperQuantile(0.95, 5000)).toBeGreaterThanOrEqual(ms);
    expect(window.upperQuantile(0.95, 5000) / ms).toBeLessThan(1.2);
  },
);

test('forgets part of the window at a time', () => {
  const window = new LatencyWindow();
  for (let second = 0; second < 10; second++) window.record(5, 5000 + 1000 * second);
  expect(window.count(14_500)).toBeGreaterThanOrEqual(8);
  expect(window.count(20_000)).toBeGreaterThanOrEqual(2);
  expect(window.count(20_000)).toBeLessThan(6);
});

test('answers 0 without calls, and after ten idle seconds', () => {
  expect(new LatencyWindow().quantile(0.5, 5000)).toBe(0);
  expect(windowOf([3]).quantile(0.5, 16_000)).toBe(0);
});
