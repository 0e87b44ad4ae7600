export type { Cache, Cached, CacheSnapshot, Fetched } from './cache.ts';
export {
  CacheClosedError,
  CacheInvalidValueError,
  CacheLoadTimeoutError,
  InvalidOptionError,
} from './cache-errors.ts';
export type { CacheEvent, EntryRejection } from './cache-events.ts';
export { CACHE_DEFAULTS, type CacheOptions, type CacheSettings, type Schema } from './cache-options.ts';
export type { Clock } from './clock.ts';
export { type ConnectRedisOptions, connectRedis, REDIS_DEFAULTS } from './connect-redis.ts';
export { createCache } from './create-cache.ts';
export type { Load } from './loader.ts';
export type { RedisClient } from './redis-client.ts';
