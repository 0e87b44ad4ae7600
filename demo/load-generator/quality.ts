/**
 * How good an answer was for the customer, best first; every order has exactly one. `live` to `disabled` are confirmed
 * orders, named by where their recommendations came from; `pending`: accepted, stock is reserved later; `rejected`:
 * out of stock; `late`: one of these, but after the customer's deadline; `refused`: a 503 or 429 that says when to come
 * back; `failed`: any other answer, or none after the last attempt.
 */
export const qualities = [
  'live',
  'cached',
  'default',
  'disabled',
  'pending',
  'rejected',
  'late',
  'refused',
  'failed',
] as const;
export type Quality = (typeof qualities)[number];

export type QualityCounts = Readonly<Record<Quality, number>>;

/** Counts per quality: those given, and 0 for the others. */
export const qualityCounts = (counts: Partial<QualityCounts> = {}): Record<Quality, number> => ({
  ...(Object.fromEntries(qualities.map((quality) => [quality, 0])) as Record<Quality, number>),
  ...counts,
});

/** How many orders were counted in all. */
export const totalOf = (counts: QualityCounts): number =>
  qualities.reduce((sum, quality) => sum + counts[quality], 0);
