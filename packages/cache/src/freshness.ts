import type { Random } from '@ballast/resilience/primitives';
import type { CacheSettings } from './cache-options.ts';

/** One remembered answer. The value is frozen: all callers share it. */
export interface Entry<T> {
  readonly value: T;
  /** By the clock of this process, which never steps. */
  readonly storedAtMs: number;
  /** By the wall clock, as other processes are told. */
  readonly wallStoredAtMs: number;
  readonly freshUntilMs: number;
  /** Set by a failed refresh: no refresh is tried before. */
  retryAtMs: number;
  /** Set when the loader said that the request is wrong (404, 403): the entry is served only in an outage. */
  mustRevalidate: boolean;
}

export type Stored<T> = Pick<Entry<T>, 'value' | 'storedAtMs' | 'wallStoredAtMs'>;

/**
 * fresh: is served. revalidate: is served while a refresh runs in the background. stale: is served only when nothing
 * newer can be had. expired: is never served.
 */
export type Freshness = 'fresh' | 'revalidate' | 'stale' | 'expired';

type Lifetimes = Pick<CacheSettings, 'ttlMs' | 'ttlJitterRatio' | 'revalidateMs' | 'maxStaleMs'>;

export function freshnessOf(entry: Entry<unknown>, nowMs: number, lifetimes: Lifetimes): Freshness {
  if (nowMs > entry.storedAtMs + lifetimes.ttlMs + lifetimes.maxStaleMs) return 'expired';
  if (entry.mustRevalidate) return 'stale';
  if (nowMs < entry.freshUntilMs) return 'fresh';
  return nowMs < entry.freshUntilMs + lifetimes.revalidateMs ? 'revalidate' : 'stale';
}

/** Jitter only shortens, so `ttlMs` is the most. Each replica draws its own, so that they do not refresh together. */
export function newEntry<T>(stored: Stored<T>, lifetimes: Lifetimes, random: Random): Entry<T> {
  const ttlMs = lifetimes.ttlMs * (1 - lifetimes.ttlJitterRatio * random());
  const { value, storedAtMs, wallStoredAtMs } = stored;
  const freshUntilMs = storedAtMs + ttlMs;
  return { value, storedAtMs, wallStoredAtMs, freshUntilMs, retryAtMs: 0, mustRevalidate: false };
}

/** Never negative: wall clocks step back, and replicas' clocks differ. */
export function ageMsOf(entry: Entry<unknown>, nowMs: number): number {
  return Math.max(0, nowMs - entry.storedAtMs);
}
