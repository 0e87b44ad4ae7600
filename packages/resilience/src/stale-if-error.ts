import type { DegradeStep } from './degrade.ts';
import { atLeast, type Rules, withPatch } from './settings.ts';

/** What `staleIfError` needs of a cache; `@ballast/cache` has it, and so has a Map in ten lines. */
export interface StaleCache<Output> {
  get(key: string): Promise<{ readonly value: Output; readonly ageMs: number } | undefined>;
  set(key: string, value: Output): Promise<void>;
}

export interface StaleIfErrorOptions<Input, Output> {
  readonly cache: StaleCache<Output>;
  readonly key: (input: Input) => string;
  /** Nothing older than this is served. @default 600000 (10 minutes) */
  readonly maxStaleMs?: number | undefined;
  /** How long the cache is waited for. @default 100 */
  readonly timeoutMs?: number | undefined;
}

export const staleIfErrorDefaults = { maxStaleMs: 600_000, timeoutMs: 100 };

const staleIfErrorRules: Rules = { maxStaleMs: atLeast(0), timeoutMs: atLeast(0) };

/** Remembers live answers, and serves the last one while the dependency fails (RFC 5861, stale-if-error). */
export function staleIfError<Input, Output>(
  options: StaleIfErrorOptions<Input, Output>,
): DegradeStep<Input, Output> {
  const { cache, key, ...patch } = options;
  const { maxStaleMs, timeoutMs } = withPatch(staleIfErrorDefaults, patch, staleIfErrorRules, 'staleIfError');
  const reads = new Map<string, ReturnType<StaleCache<Output>['get']>>();
  const writes = new Set<string>();

  // When a dependency fails, all its callers come here at once: one read per key serves them all.
  function readOnce(id: string): ReturnType<StaleCache<Output>['get']> {
    const pending = reads.get(id);
    if (pending !== undefined) return pending;
    const read = cache.get(id).finally(() => reads.delete(id));
    reads.set(id, read);
    return read;
  }

  async function writeOnce(input: Input, output: Output): Promise<void> {
    const id = key(input);
    if (writes.has(id)) return;
    writes.add(id);
    try {
      await cache.set(id, output);
    } finally {
      writes.delete(id);
    }
  }

  return {
    source: 'cached',
    timeoutMs,
    async answer(input) {
      const entry = await readOnce(key(input));
      return entry !== undefined && entry.ageMs <= maxStaleMs ? entry : undefined;
    },
    remember(input, output) {
      // A cache that fails must not fail the live answer it was to remember.
      writeOnce(input, output).catch(() => {});
    },
  };
}
