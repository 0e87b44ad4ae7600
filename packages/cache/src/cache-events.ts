import type { RedisBreakerEvent } from './redis/redis-guard.ts';

/** What a cache reports to its listener. `at` is the clock's time in milliseconds. */
export type CacheEvent =
  | RedisBreakerEvent
  | {
      readonly type: 'entry.rejected';
      readonly cache: string;
      readonly at: number;
      readonly reason: EntryRejection;
    }
  | { readonly type: 'refresh.failed'; readonly cache: string; readonly at: number; readonly error: unknown };

/** Why an entry found in Redis was deleted instead of served. */
export type EntryRejection =
  | 'oversized'
  | 'not-json'
  | 'foreign-envelope'
  | 'other-key'
  | 'from-the-future'
  | 'schema';
