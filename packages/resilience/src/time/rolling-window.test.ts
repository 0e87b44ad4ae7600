import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollingWindow } from './rolling-window.ts';

test('counts what happened in the window', () => {
  const window = new RollingWindow(1000, 2);
  window.add(0, 5000);
  window.add(0, 5400);
  window.add(1, 5400);
  expect([window.sum(0, 5900), window.sum(1, 5900)]).toEqual([2, 1]);
});

test('forgets a bucket at a time', () => {
  const window = new RollingWindow(1000, 1);
  window.add(0, 5000);
  window.add(0, 5500);
  expect(window.sum(0, 5999)).toBe(2);
  expect(window.sum(0, 6000)).toBe(1);
  expect(window.sum(0, 6500)).toBe(0);
});

test('is empty after an idle hour', () => {
  const window = new RollingWindow(1000, 1);
  window.add(0, 5000);
  expect(window.sum(0, 5000 + 3_600_000)).toBe(0);
});

test('is empty once cleared', () => {
  const window = new RollingWindow(1000, 1);
  window.add(0, 5000);
  window.clear();
  expect(window.sum(0, 5001)).toBe(0);
  expect(window.sum(0, 5900)).toBe(0);
});

test('agrees with a list of everything that happened', () => {
  const step = fc.record({ column: fc.nat(1), laterMs: fc.nat(700) });
  fc.assert(
    fc.property(
      fc.array(step),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(1, 4, 5, 10),
      (steps, hundreds, buckets) => {
        const windowMs = hundreds * 100;
        const bucketMs = windowMs / buckets;
        const window = new RollingWindow(windowMs, 2, buckets);
        const all: { column: number; bucket: number }[] = [];
        let nowMs = 1_700_000_000_000;
        for (const { column, laterMs } of steps) {
          nowMs += laterMs;
          window.add(column, nowMs);
          all.push({ column, bucket: Math.floor(nowMs / bucketMs) });
          const oldest = Math.floor(nowMs / bucketMs) - buckets + 1;
          const expected = all.filter((one) => one.column === column && one.bucket >= oldest).length;
          expect(window.sum(column, nowMs)).toBe(expected);
        }
      },
    ),
  );
});
