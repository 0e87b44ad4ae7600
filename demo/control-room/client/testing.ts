import { type Quality, qualityCounts } from '../../load-generator/quality.ts';
import type { Traffic } from '../../stage/picture.ts';

/** One second of traffic for tests; null counts: nothing was reported. */
export const trafficOf = (counts: Partial<Record<Quality, number>> | null): Traffic => ({
  at: 1000,
  offered: 10,
  good: 10,
  p50Ms: 5,
  p99Ms: 9,
  counts: counts && qualityCounts(counts),
});
