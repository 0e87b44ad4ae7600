import { InvalidOptionError } from './cache-errors.ts';
import type { CacheEvent } from './cache-events.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Bounds, maxTimerMs, numberIn } from './number-in.ts';
import type { RedisClient } from './redis-client.ts';

/** The part of a zod schema the cache needs; zod 3, zod 4 and zod/mini all fit. It must be synchronous. */
export interface Schema<T> {
  safeParse(input: unknown): { success: true; data: T } | { success: false };
}

/** Options of {@link createCache}. Every default is in {@link cacheDefaults}. */
export interface CacheOptions<T> extends Partial<CacheSettings> {
  /** Names the cache in keys, snapshots and events: 1..64 of `a-z 0-9 -`. */
  name: string;
  /** What an entry must look like, on the way in and on the way out. */
  schema: Schema<T>;
  /** Second tier, shared by all replicas; usually from {@link connectRedis}. Without it: memory alone. */
  redis?: RedisClient | undefined;
  /** Hears what the cache decides. */
  onEvent?: (event: CacheEvent) => void;
  clock?: Clock;
  /** Uniform in [0, 1). */
  random?: () => number;
}

export interface CacheSettings {
  /** Raise it when the meaning of the schema changes: old and new replicas then never read each other. @default 1 */
  version: number;
  /** How long an entry counts as fresh. @default 30_000 */
  ttlMs: number;
  /** Up to this share is cut from each entry's ttl at random, so entries do not expire together. @default 0.1 */
  ttlJitterRatio: number;
  /** After the ttl: served at once while one refresh runs in the background (RFC 5861). @default 30_000 */
  revalidateMs: number;
  /** After the ttl: how long an entry may still be served when no newer one can be had (RFC 5861). @default 600_000 */
  maxStaleMs: number;
  /** After a failed refresh, stale entries are served without another try for about this long. @default 1_000 */
  refreshRetryMs: number;
  /** A load that takes longer is aborted, so one hung load can't wedge its key. @default 5_000 */
  loadTimeoutMs: number;
  /** Entries in the memory tier. @default 1_000 */
  maxEntries: number;
  /** Bytes of JSON and keys in the memory tier. @default 8_388_608 (8 MiB) */
  maxBytes: number;
  /** Longer keys are not cached. @default 512 */
  maxKeyBytes: number;
  /** Larger values (as JSON) are not cached, nor read from Redis. @default 65_536 (64 KiB) */
  maxValueBytes: number;
  /** The most a Redis command may delay a caller. @default 50 */
  redisTimeoutMs: number;
  /** Redis commands in flight; beyond that Redis is bypassed. @default 64 */
  redisMaxConcurrent: number;
  /** First time Redis is left alone after it failed; doubles up to `redisMaxOpenMs`. @default 1_000 */
  redisOpenMs: number;
  /** Longest time Redis is left alone before it is tried again. @default 10_000 */
  redisMaxOpenMs: number;
}

/** Defaults of {@link createCache}. */
export const cacheDefaults: Readonly<CacheSettings> = {
  version: 1,
  ttlMs: 30_000,
  ttlJitterRatio: 0.1,
  revalidateMs: 30_000,
  maxStaleMs: 600_000,
  refreshRetryMs: 1000,
  loadTimeoutMs: 5000,
  maxEntries: 1000,
  maxBytes: 8 * 1024 * 1024,
  maxKeyBytes: 512,
  maxValueBytes: 64 * 1024,
  redisTimeoutMs: 50,
  redisMaxConcurrent: 64,
  redisOpenMs: 1000,
  redisMaxOpenMs: 10_000,
};

const bounds: Record<keyof CacheSettings, Bounds> = {
  version: [1, Number.MAX_SAFE_INTEGER],
  ttlMs: [1, maxTimerMs],
  ttlJitterRatio: [0, 1],
  revalidateMs: [0, maxTimerMs],
  maxStaleMs: [0, maxTimerMs],
  refreshRetryMs: [0, maxTimerMs],
  loadTimeoutMs: [1, maxTimerMs],
  maxEntries: [1, 10_000_000],
  maxBytes: [1, Number.MAX_SAFE_INTEGER],
  maxKeyBytes: [1, 65_536],
  maxValueBytes: [1, 512 * 1024 * 1024],
  redisTimeoutMs: [1, maxTimerMs],
  redisMaxConcurrent: [1, 100_000],
  redisOpenMs: [1, maxTimerMs],
  redisMaxOpenMs: [1, maxTimerMs],
};

export type ResolvedCacheOptions<T> = CacheSettings &
  Required<Pick<CacheOptions<T>, 'name' | 'schema' | 'onEvent' | 'clock' | 'random'>> & {
    redis: RedisClient | undefined;
  };

/** @throws InvalidOptionError naming the option, what was expected and what was received. */
export function resolveCacheOptions<T>(options: CacheOptions<T>): ResolvedCacheOptions<T> {
  if (!/^[a-z0-9-]{1,64}$/.test(options.name)) refuse('name', '1..64 of a-z 0-9 -', options.name);
  if (typeof options.schema?.safeParse !== 'function') refuse('schema', 'a zod schema', options.schema);
  const settings = { ...cacheDefaults };
  for (const key of Object.keys(bounds) as (keyof CacheSettings)[]) {
    settings[key] = numberIn(bounds[key], 'createCache', key, options[key] ?? cacheDefaults[key]);
  }
  if (settings.redisMaxOpenMs < settings.redisOpenMs) {
    refuse('redisMaxOpenMs', `>= redisOpenMs (${settings.redisOpenMs})`, settings.redisMaxOpenMs);
  }
  const { name, schema, redis, clock = systemClock, random = Math.random } = options;
  return { ...settings, name, schema, redis, onEvent: guarded(options.onEvent), clock, random };
}

/** A listener with a bug must not turn into a failed request. */
function guarded(listener: ((event: CacheEvent) => void) | undefined): (event: CacheEvent) => void {
  if (!listener) return () => {};
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
}

function refuse(option: string, expected: string, received: unknown): never {
  throw new InvalidOptionError('createCache', { option, expected, received });
}
