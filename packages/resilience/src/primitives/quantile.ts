/**
 * The smallest of the numbers that `share` (0 to 1) of them do not exceed (nearest rank, Hyndman and Fan's type 1), so
 * it is one that was measured; `undefined` without numbers.
 *
 * @example quantile([3, 1, 2, 4], 0.5) // 2
 */
export function quantile(numbers: readonly number[], share: number): number | undefined {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}
