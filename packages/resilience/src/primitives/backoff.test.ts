import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const backoff = { baseDelayMs: 50, maxDelayMs: 300 };

test('doubles with every failure, up to the cap', () => {
  const delays = [1, 2, 3, 4, 5, 2000].map((failures) => backoffMs({ ...backoff, jitter: 'none' }, failures));
  expect(delays).toEqual([50, 100, 200, 300, 300, 300]);
});

test('takes full jitter from nothing to all of the delay', () => {
  expect(backoffMs(backoff, 2, () => 0)).toBe(0);
  expect(backoffMs(backoff, 2, () => 0.75)).toBe(75);
});

test('takes equal jitter from half of the delay to all of it', () => {
  expect(backoffMs({ ...backoff, jitter: 'equal' }, 2, () => 0)).toBe(50);
  expect(backoffMs({ ...backoff, jitter: 'equal' }, 2, () => 0.5)).toBe(75);
});
