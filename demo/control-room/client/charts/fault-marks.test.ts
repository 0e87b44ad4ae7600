import { expect, test } from 'vitest';
import { brokenSpans } from './fault-marks.ts';

test('a span is broken from its first break to its heal, or until now', () => {
  const mark = (at: number, kind: 'break' | 'heal', target: 'orders' | 'redis') => ({
    at,
    kind,
    target,
    text: '',
  });
  const marks = [
    mark(1, 'break', 'orders'),
    mark(2, 'break', 'orders'),
    mark(3, 'break', 'redis'),
    mark(4, 'heal', 'orders'),
  ];
  expect(brokenSpans(marks, 9)).toEqual([
    [1, 4],
    [3, 9],
  ]);
});
