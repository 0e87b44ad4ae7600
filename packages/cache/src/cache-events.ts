import type { BreakerState } from './bypass-breaker.ts';

/** What a cache tells its listener. `at` is the clock's time in milliseconds. */
export type CacheEvent =
  | {
      type: 'redis.breaker';
      cache: string;
      at: number;
      operation: 'read' | 'write';
      to: BreakerState;
      reason: string;
    }
  | { type: 'entry.rejected'; cache: string; at: number; reason: EntryRejection }
  | { type: 'refresh.failed'; cache: string; at: number; error: unknown };

/** Why an entry found in Redis was deleted instead of served. */
export type EntryRejection =
  | 'oversized'
  | 'not-json'
  | 'foreign-envelope'
  | 'other-key'
  | 'from-the-future'
  | 'schema';
