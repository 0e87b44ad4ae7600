import type { StoreSnapshot } from './entry-store.ts';
import type { Load } from './loader.ts';

export interface Cached<T> {
  /** Frozen: every caller gets the same object. */
  value: T;
  ageMs: number;
}

export interface Fetched<T> extends Cached<T> {
  source: 'live' | 'cached';
  /** Why a stale answer was served although a live one was wanted: the error's `code`, else its name. */
  reason?: string;
}

/** Cumulative since the cache was made; JSON-safe. */
export interface CacheSnapshot extends StoreSnapshot {
  name: string;
  enabled: boolean;
  /** Answers of `get` and `fetch` past their fresh time. */
  staleServed: number;
  loads: { started: number; joined: number; failed: number; inFlight: number };
  /** Values and keys refused on the way in: schema, size, not JSON. */
  refused: number;
}

/** A stale-if-error cache over memory and, optionally, Redis. Structurally what `staleIfError({ cache })` wants. */
export interface Cache<T> {
  /** The newest entry that may still be served, however the caller came to need it. Never rejects. */
  get(key: string): Promise<Cached<T> | undefined>;
  /** Remembers a live answer; resolves when Redis has it or was bypassed. Never rejects. */
  set(key: string, value: T): Promise<void>;
  /**
   * A fresh entry, else the loader's answer (one load per key at a time), else a stale entry.
   * @throws what `load` threw when there is nothing to serve instead, {@link CacheLoadTimeoutError},
   * {@link CacheInvalidValueError}, or the reason of `signal`, which releases this caller and lets the load go on.
   */
  fetch(key: string, load: Load<T>, options?: { signal?: AbortSignal }): Promise<Fetched<T>>;
  /** Off: nothing is read or written and every `fetch` loads, as if there were no cache. */
  configure(settings: { enabled: boolean }): void;
  snapshot(): CacheSnapshot;
  /** Aborts running loads and drops the memory tier. The Redis client stays open: whoever made it closes it. */
  close(): void;
}
