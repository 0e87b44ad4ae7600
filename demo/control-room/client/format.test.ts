import { expect, test } from 'vitest';
import { duration, missing, percent, rate } from './format.ts';

test('one that is missing is a dash, never a zero', () => {
  for (const show of [rate, duration, percent]) {
    expect(show(null)).toBe(missing);
    expect(show(Number.NaN)).toBe(missing);
    expect(show(0)).not.toBe(missing);
  }
});

test('a share above 0 and below 1 is never rounded to 0 or 100 %', () => {
  expect(percent(0.9999)).toBe('99.9 %');
  expect(percent(0.0004)).toBe('0.1 %');
  expect([percent(0), percent(0.5), percent(1)]).toEqual(['0 %', '50 %', '100 %']);
});

test('a duration is shown in the unit that fits its size', () => {
  expect([0.42, 24.4, 1240, 42_000, 180_000].map(duration)).toEqual([
    '0.4 ms',
    '24 ms',
    '1.2 s',
    '42 s',
    '3 min',
  ]);
});
