import type { DegradeStep } from './degrade.ts';

/** What `staleIfError` needs of a cache; `@ballast/cache` has it, and so has a Map in ten lines. */
export interface StaleCache<Output> {
  get(key: string): Promise<{ readonly value: Output; readonly ageMs: number } | undefined>;
  set(key: string, value: Output): Promise<void>;
}

export interface StaleIfErrorOptions<Input, Output> {
  readonly cache: StaleCache<Output>;
  readonly key: (input: Input) => string;
  /** Nothing older than this is served. @default 600000 (10 minutes) */
  readonly maxStaleMs?: number;
}

export const staleIfErrorDefaults = { maxStaleMs: 600_000 };

/** Serves the last live answer while the dependency fails (RFC 5861, stale-if-error). */
export function staleIfError<Input, Output>(
  options: StaleIfErrorOptions<Input, Output>,
): DegradeStep<Input, Output> {
  const { cache, key, maxStaleMs = staleIfErrorDefaults.maxStaleMs } = options;
  return {
    source: 'cached',
    async answer(input) {
      const entry = await cache.get(key(input));
      return entry !== undefined && entry.ageMs <= maxStaleMs ? entry : undefined;
    },
    remember(input, output) {
      // A cache that fails must not fail the live answer it was to remember.
      void cache.set(key(input), output).catch(() => {});
    },
  };
}
