import { expect, test } from 'vitest';
import { trafficOf } from '../testing.ts';
import { shareColumns, stacked } from './columns.ts';

test('shares stack to one, and a second without counts is a gap', () => {
  const [, ...levels] = shareColumns([trafficOf({ live: 3, failed: 1 }), trafficOf(null), trafficOf({})]);
  expect(levels).toHaveLength(stacked.length);
  expect(levels.at(-1)).toEqual([1, null, null]);
  expect(levels[stacked.indexOf('failed')]?.[0]).toBe(0.25);
});
