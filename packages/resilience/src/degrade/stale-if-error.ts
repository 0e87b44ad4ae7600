import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../primitives/clock.ts';
import {
  aFunction,
  atLeast,
  checkOptions,
  integer,
  longestTimerMs,
  type Rules,
  withMethods,
} from '../primitives/options.ts';
import { settleWithin } from '../primitives/settle-within.ts';
import { SingleFlight } from '../primitives/single-flight.ts';
import { isThenable, promised } from '../primitives/thenable.ts';
import type { DegradeOn, DegradeStep } from './degrade.ts';

/** What `staleIfError` needs of a cache; `@ballast/cache` has it, and so has a Map in ten lines. */
export interface StaleCache<Output> {
  get(key: string): Promise<{ readonly value: Output; readonly ageMs: number } | undefined>;
  set(key: string, value: Output): Promise<void>;
}

export interface StaleIfErrorOptions<Input, Output> {
  readonly cache: StaleCache<Output>;
  /** A promise, such as that of a digest, is waited for. */
  readonly key: (input: Input) => string | PromiseLike<string>;
  /** Nothing older than this is served. @default 600000 (10 minutes) */
  readonly maxStaleMs?: number | undefined;
  /** @default every error but a caller's fault */
  readonly degradeOn?: DegradeOn | undefined;
  /** How long the cache is waited for. @default 100 */
  readonly timeoutMs?: number | undefined;
}

export const staleIfErrorDefaults = { maxStaleMs: 600_000, timeoutMs: 100 };

const staleIfErrorRules: Rules = {
  cache: withMethods('a cache with get() and set()', 'get', 'set'),
  key: aFunction,
  maxStaleMs: atLeast(0),
  degradeOn: aFunction,
  timeoutMs: integer(0, longestTimerMs),
};

/** Remembers live answers, and serves the last one while the dependency fails (RFC 5861, stale-if-error). */
export function staleIfError<Input, Output>(
  options: StaleIfErrorOptions<Input, Output>,
): DegradeStep<Input, Output> {
  checkOptions('staleIfError', options, staleIfErrorRules, ['cache', 'key']);
  const { cache, key } = options;
  const { maxStaleMs = staleIfErrorDefaults.maxStaleMs, timeoutMs = staleIfErrorDefaults.timeoutMs } =
    options;
  // When a dependency fails, all its callers come here at once: one read per key serves them all.
  const reads = new SingleFlight<Awaited<ReturnType<StaleCache<Output>['get']>>>();
  /** By key what came while it was being written, and of that only the newest. */
  const writes = new Map<string, (() => void)[]>();

  function writeNewest(id: string, output: Output, clock: Clock): void {
    const newer = writes.get(id);
    if (newer !== undefined) {
      // Bound: the cache is asked as the caller whose value it is, not as the one whose value is written now.
      newer[0] = AsyncResource.bind(() => writeNewest(id, output, clock));
      return;
    }
    const meanwhile: (() => void)[] = [];
    writes.set(id, meanwhile);
    settleWithin(write(id, output), timeoutMs, clock).then(() => {
      writes.delete(id);
      for (const writeNext of meanwhile) writeNext();
    });
  }

  // Async, so that a cache that throws fails like one that rejects.
  async function write(id: string, output: Output): Promise<void> {
    await cache.set(id, output);
  }

  return {
    source: 'cached',
    degradeOn: options.degradeOn,
    timeoutMs,
    async answer(input, clock) {
      const id = await key(input);
      const entry = await reads.run(id, () => cache.get(id), { timeoutMs, clock });
      return entry && entry.ageMs <= maxStaleMs ? entry : undefined;
    },
    remember(input, output, clock) {
      const id = key(input);
      if (!isThenable(id)) writeNewest(id, output, clock);
      else return promised(id).then((settled) => writeNewest(settled as string, output, clock));
    },
  };
}
