import type { Parameters } from 'fast-check';

/**
 * How many random schedules each property runs through: `PROPERTY_RUNS=10000 pnpm test` for a long look.
 * A failure prints its seed and path; `PROPERTY_SEED` runs that seed again.
 */
export function runs<T>(): Parameters<T> {
  const { PROPERTY_RUNS, PROPERTY_SEED } = process.env;
  return {
    numRuns: PROPERTY_RUNS === undefined ? 100 : Number(PROPERTY_RUNS),
    ...(PROPERTY_SEED !== undefined && { seed: Number(PROPERTY_SEED) }),
  };
}

/** The longest a property may take: with 10,000 runs, minutes. */
export const longMs = 20 * 60_000;
