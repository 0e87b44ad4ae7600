/** The smallest value that `share` (0..1) of the values do not exceed; null without values. */
export const quantileOf = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.ceil(share * sorted.length) - 1] ?? null;
