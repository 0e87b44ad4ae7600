import { type DegradeStep, type StaleCache, staleIfError } from '../../src/index.ts';

export { guarded } from '../../src/testing/guarded.ts';
export { ManualClock, settled, stubWork, unhandledIn } from '../../src/testing/index.ts';

/** A policy that adds nothing of its own: one attempt, room for everybody, all the time there is. */
export const alone = {
  bulkhead: { maxConcurrent: 10_000 },
  retry: { enabled: false },
  deadlineMs: 600_000,
  attemptTimeoutMs: 300_000,
} as const;

export const failWith = (hints: object = {}): Error => Object.assign(new Error('no answer'), hints);

/** A cache in the ten lines that the docstring of `StaleCache` promises. */
export function mapCache<Output>(): StaleCache<Output> & { readonly kept: Map<string, Output> } {
  const kept = new Map<string, Output>();
  return {
    kept,
    async get(key) {
      const value = kept.get(key);
      return value === undefined ? undefined : { value, ageMs: 0 };
    },
    async set(key, value) {
      kept.set(key, value);
    },
  };
}

/** Remembers live answers under one key and serves the last. */
export const remembering = (): DegradeStep<unknown, string> =>
  staleIfError({ cache: mapCache<string>(), key: () => 'all' });

/** Numbers in [0, 1) that are the same in every run (Numerical Recipes' LCG). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
