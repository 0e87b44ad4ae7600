export type { Cache, Cached, CacheSnapshot, Fetched } from './cache.ts';
export {
  CacheClosedError,
  CacheInvalidValueError,
  CacheLoadTimeoutError,
  InvalidOptionError,
} from './cache-errors.ts';
export type { CacheEvent, EntryRejection } from './cache-events.ts';
export { type CacheOptions, type CacheSettings, cacheDefaults, type Schema } from './cache-options.ts';
export type { Clock } from './clock.ts';
export { type ConnectRedisOptions, connectRedis, redisDefaults } from './connect-redis.ts';
export { createCache } from './create-cache.ts';
export type { Load } from './loader.ts';
export type { RedisClient } from './redis-client.ts';
