import { type Quality, qualities } from '../../../load-generator/quality.ts';
import type { Traffic } from '../../../stage/picture.ts';

/** Columns as uPlot wants them: seconds first, then one array per line; null where nothing was reported. */
export type Columns = [number[], ...(number | null)[][]];

const seconds = (history: readonly Traffic[]): number[] => history.map((second) => second.at / 1000);

export const loadColumns = (history: readonly Traffic[]): Columns => [
  seconds(history),
  history.map((second) => second.offered),
  history.map((second) => second.good),
];

export const latencyColumns = (history: readonly Traffic[]): Columns => [
  seconds(history),
  history.map((second) => second.p50Ms),
  history.map((second) => second.p99Ms),
];

/** Shares stacked worst at the bottom, so that a bad second rises from the floor. */
export const stacked: readonly Quality[] = [...qualities].reverse();

/** Cumulative shares, 0..1, in the order of `stacked`; a second without answers is a gap. */
export function shareColumns(history: readonly Traffic[]): Columns {
  const rows = history.map(({ counts }) => (counts ? cumulativeShares(counts) : null));
  return [seconds(history), ...stacked.map((_, level) => rows.map((row) => row?.[level] ?? null))];
}

function cumulativeShares(counts: Readonly<Record<Quality, number>>): number[] | null {
  const total = stacked.reduce((sum, quality) => sum + counts[quality], 0);
  if (total === 0) return null;
  let sum = 0;
  return stacked.map((quality) => {
    sum += counts[quality];
    return sum / total;
  });
}
