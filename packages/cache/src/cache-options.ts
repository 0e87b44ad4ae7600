import {
  aClock,
  aFunction,
  between,
  type Clock,
  checkOptions,
  InvalidOptionError,
  integer,
  longestTimerMs,
  type Random,
  type Rule,
  safeRandom,
  systemClock,
  textLike,
  wallClock,
  withMethods,
  withPatch,
} from '@ballast/resilience/primitives';
import type { CacheEvent } from './cache-events.ts';
import { neverThrowing } from './never-throwing.ts';
import type { RedisClient } from './redis/redis-client.ts';
import { type RedisSettings, redisTierDefaults } from './redis/redis-guard.ts';
import type { Schema } from './schema.ts';
import { unusableIn, withoutLostPromises } from './zod-schema.ts';

/** Options of {@link createCache}. Every default is in {@link cacheDefaults}. */
export interface CacheOptions<T> extends Partial<CacheSettings> {
  /** Names the cache in keys, snapshots and events: 1..64 of `a-z 0-9 -`. */
  readonly name: string;
  /** What an entry must look like, on the way in and on the way out. */
  readonly schema: Schema<T>;
  /** Second tier, shared by all replicas; usually from {@link connectRedis}. Without it: memory alone. */
  readonly redis?: RedisClient | undefined;
  /** Hears what the cache decides. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
  /** Measures ages and waits in this process; must never step. Replace it in tests. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Tells other processes, through Redis, when an entry was stored. @default `clock` if given, else wallClock */
  readonly wallClock?: Pick<Clock, 'now'> | undefined;
  readonly random?: Random | undefined;
}

export interface CacheSettings extends RedisSettings {
  /** Raise it when the meaning of the schema changes: old and new replicas then never read each other. @default 1 */
  readonly version: number;
  /** How long an entry counts as fresh. @default 30_000 */
  readonly ttlMs: number;
  /** Up to this share is cut from each entry's ttl at random, so entries do not expire together. @default 0.1 */
  readonly ttlJitterRatio: number;
  /** After the ttl: served at once while one refresh runs in the background (RFC 5861). @default 30_000 */
  readonly revalidateMs: number;
  /** After the ttl: how long an entry may still be served when no newer one can be had (RFC 5861). @default 600_000 */
  readonly maxStaleMs: number;
  /** After a failed refresh, stale entries are served without another try for about this long. @default 1_000 */
  readonly refreshRetryMs: number;
  /** A load that takes longer is aborted, so one hung load can't block its key. @default 5_000 */
  readonly loadTimeoutMs: number;
  /** Entries in the memory tier. @default 1_000 */
  readonly maxEntries: number;
  /** Bytes of JSON and keys in the memory tier. @default 8_388_608 (8 MiB) */
  readonly maxBytes: number;
  /** Longer keys are not cached. @default 512 */
  readonly maxKeyBytes: number;
  /** Larger values (as JSON) are not cached, nor read from Redis. @default 65_536 (64 KiB) */
  readonly maxValueBytes: number;
}

/** Defaults of {@link createCache}. */
export const cacheDefaults: CacheSettings = {
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
  ...redisTierDefaults,
};

const redisMethods = ['connect', 'getrange', 'set', 'unlink'];

const rules: Readonly<Record<keyof CacheOptions<unknown>, Rule>> = {
  name: textLike(/^[a-z0-9-]{1,64}$/, '1..64 of a-z 0-9 -'),
  schema: withMethods('a zod schema', 'safeParse'),
  // A secret, because a URL given by mistake may hold a password.
  redis: { ...withMethods('a client from connectRedis', ...redisMethods), isSecret: true },
  onEvent: aFunction,
  clock: aClock,
  wallClock: withMethods('an object with now()', 'now'),
  random: aFunction,
  version: integer(1),
  ttlMs: integer(1, longestTimerMs),
  ttlJitterRatio: between(0, 1),
  revalidateMs: integer(0, longestTimerMs),
  maxStaleMs: integer(0, longestTimerMs),
  refreshRetryMs: integer(0, longestTimerMs),
  loadTimeoutMs: integer(1, longestTimerMs),
  maxEntries: integer(1, 10_000_000),
  maxBytes: integer(1),
  maxKeyBytes: integer(1, 65_536),
  maxValueBytes: integer(1, 512 * 1024 * 1024),
  redisTimeoutMs: integer(1, longestTimerMs),
  redisMaxConcurrent: integer(1, 100_000),
  redisOpenMs: integer(1, longestTimerMs),
  redisMaxOpenMs: integer(1, longestTimerMs),
};

export interface ResolvedCacheOptions<T> extends CacheSettings {
  readonly name: string;
  readonly schema: Schema<T>;
  readonly redis: RedisClient | undefined;
  readonly onEvent: (event: CacheEvent) => void;
  readonly clock: Clock;
  readonly wallClock: Pick<Clock, 'now'>;
  readonly random: Random;
}

/** @throws {InvalidOptionError} naming the option, what was expected and what was received */
export function resolveCacheOptions<T>(options: CacheOptions<T>): ResolvedCacheOptions<T> {
  checkOptions('createCache', options, rules, ['name', 'schema']);
  const { name, schema, redis, onEvent, clock, wallClock: wall, random = Math.random, ...given } = options;
  const unusable = unusableIn(schema);
  if (unusable !== undefined) {
    const expected = `synchronous, and its output must survive JSON: ${unusable}`;
    throw new InvalidOptionError('schema', expected, schema, { of: 'createCache', isSecret: true });
  }
  const settings = withPatch(cacheDefaults, given, rules);
  const { redisOpenMs, redisMaxOpenMs } = settings;
  if (redisMaxOpenMs < redisOpenMs) {
    const expected = `>= redisOpenMs (${redisOpenMs})`;
    throw new InvalidOptionError('redisMaxOpenMs', expected, redisMaxOpenMs, { of: 'createCache' });
  }
  return {
    ...settings,
    name,
    schema: withoutLostPromises(schema),
    redis,
    onEvent: neverThrowing(onEvent ?? (() => {})),
    clock: clock ?? systemClock,
    wallClock: wall ?? clock ?? wallClock,
    random: safeRandom(random),
  };
}
