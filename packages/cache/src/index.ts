export { type Clock, InvalidOptionError } from '@ballast/resilience';
export type { Cache, Cached, CacheSnapshot, Fetched, FetchOptions } from './cache.ts';
export { CacheClosedError, CacheInvalidValueError, CacheLoadTimeoutError } from './cache-errors.ts';
export type { CacheEvent, EntryRejection } from './cache-events.ts';
export { type CacheOptions, type CacheSettings, cacheDefaults } from './cache-options.ts';
export { createCache } from './create-cache.ts';
export type { Load } from './loader.ts';
export {
  type ConnectRedisOptions,
  connectRedis,
  type RedisCredentials,
  redisDefaults,
} from './redis/connect-redis.ts';
export type { RedisClient } from './redis/redis-client.ts';
export type { RedisGuard, RedisSettings } from './redis/redis-guard.ts';
export type { Schema } from './schema.ts';
