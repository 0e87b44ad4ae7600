import type { StoreSnapshot } from './entry-store.ts';
import type { Load } from './loader.ts';
import type { RedisGuard } from './redis/redis-guard.ts';

export interface Cached<T> {
  /** Frozen: every caller gets the same object. */
  readonly value: T;
  readonly ageMs: number;
}

export interface Fetched<T> extends Cached<T> {
  readonly source: 'live' | 'cached';
  /** Why a stale answer was served although a live one was wanted: the first `code` in the chain of causes. */
  readonly reason?: string;
  /** The error itself. Not enumerable. */
  readonly cause?: unknown;
}

export interface FetchOptions {
  /** Releases this caller when it aborts; the load goes on for the others. */
  readonly signal?: AbortSignal | undefined;
}

/** Cumulative since the cache was made; JSON-safe. */
export interface CacheSnapshot extends StoreSnapshot {
  readonly name: string;
  readonly enabled: boolean;
  /** Answers of `get` and `fetch` past their fresh time. */
  readonly staleServed: number;
  readonly loads: {
    readonly started: number;
    readonly joined: number;
    readonly failed: number;
    readonly inFlight: number;
  };
  /** Keys and values that were not taken in: unusable, too large, not of the schema, or not JSON. */
  readonly rejectedInputs: number;
}

/** A stale-if-error cache over memory and, optionally, Redis. Structurally what `staleIfError({ cache })` wants. */
export interface Cache<T> {
  /** What guards the reads and the writes of Redis, to be observed like other dependencies; empty without Redis. */
  readonly dependencies: readonly RedisGuard[];
  /** The newest entry that may still be served, however the caller came to need it. Never rejects. */
  get(key: string): Promise<Cached<T> | undefined>;
  /** Remembers a live answer; resolves when Redis has it or was bypassed. Never rejects. */
  set(key: string, value: T): Promise<void>;
  /**
   * A fresh entry, else the loader's answer (one load per key at a time), else a stale entry.
   * @throws what `load` threw when there is nothing to serve instead, {@link CacheLoadTimeoutError},
   * {@link CacheInvalidValueError}, the reason of `signal`, or InvalidOptionError.
   */
  fetch(key: string, load: Load<T>, options?: FetchOptions): Promise<Fetched<T>>;
  /**
   * Off: nothing is read or written and every `fetch` loads, as if there were no cache.
   * @throws {InvalidOptionError} and changes nothing
   */
  configure(settings: { readonly enabled?: boolean | undefined }): void;
  snapshot(): CacheSnapshot;
  /** Aborts running loads and drops the memory tier. The Redis client stays open: whoever made it closes it. */
  close(): void;
}
