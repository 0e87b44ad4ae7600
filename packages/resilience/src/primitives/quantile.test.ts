import { expect, test } from 'vitest';
import { quantile } from './quantile.ts';

test.each([
  [[3, 1, 2, 4], 0.5, 2],
  [[3, 1, 2, 4], 0.51, 3],
  [[3, 1, 2, 4], 1, 4],
  [[3, 1, 2, 4], 0, 1],
  [[100, 20, 3], 0.99, 100],
  [[7], 0.5, 7],
  [[], 0.5, undefined],
])('of %j the %d quantile is %d', (numbers, share, expected) => {
  expect(quantile(numbers, share)).toBe(expected);
});

test('is what at least that share of many numbers does not exceed', () => {
  const numbers = Array.from({ length: 1000 }, (_, i) => (i * 37) % 1000);
  expect(quantile(numbers, 0.99)).toBe(989);
  expect(numbers[0]).toBe(0);
});
