import { SingleFlight } from '@ballast/resilience/primitives';
import { LRUCache } from 'lru-cache';
import { hashKey } from './cache-key.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';
import { type Opened, open, seal } from './envelope.ts';
import { type Entry, freshnessOf, newEntry, type Stored } from './freshness.ts';
import type { Copy } from './frozen-copy.ts';
import type { RedisGuard } from './redis/redis-guard.ts';
import { RedisTier, type RedisTierSnapshot } from './redis/redis-tier.ts';

const envelopeBytes = 128;

export interface StoreSnapshot {
  /** Answers found, by tier. */
  readonly hits: { readonly memory: number; readonly redis: number };
  readonly misses: number;
  /** Entries found in Redis that were deleted instead of served. */
  readonly rejectedEntries: number;
  readonly memory: {
    readonly entries: number;
    readonly bytes: number;
    readonly maxEntries: number;
    readonly maxBytes: number;
  };
  readonly redis?: RedisTierSnapshot;
}

/** The two tiers as one: memory before Redis; of two entries the newer one is kept. */
export class EntryStore<T> {
  readonly #options: ResolvedCacheOptions<T>;
  readonly #memory: LRUCache<string, Entry<T>>;
  readonly #redis: RedisTier | undefined;
  readonly #redisReads = new SingleFlight<Entry<T> | undefined>();
  readonly #hits = { memory: 0, redis: 0 };
  #misses = 0;
  #rejectedEntries = 0;
  /** Values that were too large to keep. */
  oversized = 0;

  constructor(options: ResolvedCacheOptions<T>) {
    this.#options = options;
    this.#memory = new LRUCache({ max: options.maxEntries, maxSize: options.maxBytes });
    this.#redis = options.redis && new RedisTier({ ...options, redis: options.redis });
  }

  get dependencies(): readonly RedisGuard[] {
    return this.#redis?.guards ?? [];
  }

  /** The newest entry either tier has that may still be served; Redis is asked only when memory has none. */
  async find(key: string): Promise<Entry<T> | undefined> {
    const local = this.findInMemory(key);
    if (local) {
      this.#hits.memory += 1;
      return local;
    }
    const remote = await this.findInRedis(key);
    if (remote) this.#hits.redis += 1;
    else this.#misses += 1;
    return remote ?? this.findInMemory(key); // a load may have finished while Redis was asked
  }

  findInMemory(key: string): Entry<T> | undefined {
    const entry = this.#memory.get(key);
    if (!entry || freshnessOf(entry, this.#options.clock.now(), this.#options) !== 'expired') return entry;
    this.#memory.delete(key);
    return undefined;
  }

  /** Asks Redis even if memory has an entry: another replica may have a newer one. */
  async findInRedis(key: string): Promise<Entry<T> | undefined> {
    const redis = this.#redis;
    return redis && this.#redisReads.run(key, () => this.#readRedis(redis, key));
  }

  /** Remembers a copy made by `frozenCopy`; resolves when Redis has it too, or was bypassed. */
  async put(key: string, copy: Copy<T> & { readonly ok: true }, storedAtMs: number): Promise<void> {
    const bytes = Buffer.byteLength(copy.json);
    if (bytes > this.#options.maxValueBytes) {
      this.oversized += 1;
      return;
    }
    const { clock, wallClock, ttlMs, maxStaleMs } = this.#options;
    const ageMs = Math.max(0, clock.now() - storedAtMs);
    // Whole milliseconds, as in the envelope.
    const wallStoredAtMs = Math.floor(wallClock.now() - ageMs);
    const entry = this.#newEntry({ value: copy.value, storedAtMs, wallStoredAtMs });
    if (this.#remember(key, entry, bytes) !== entry || !this.#redis) return;
    const keyHash = hashKey(key);
    await this.#redis.write(
      this.#redisKey(keyHash),
      seal(keyHash, wallStoredAtMs, copy.json),
      ttlMs + maxStaleMs,
    );
  }

  /** Whether this replica is the one to refresh the key; the others get what it stores. */
  async claimRefresh(key: string): Promise<boolean> {
    if (!this.#redis) return true;
    const { loadTimeoutMs, ttlMs } = this.#options;
    return this.#redis.claim(`${this.#redisKey(hashKey(key))}:refresh`, Math.min(loadTimeoutMs, ttlMs));
  }

  clearMemory(): void {
    this.#memory.clear();
  }

  snapshot(): StoreSnapshot {
    const { maxEntries, maxBytes } = this.#options;
    return {
      hits: { ...this.#hits },
      misses: this.#misses,
      rejectedEntries: this.#rejectedEntries,
      memory: { entries: this.#memory.size, bytes: this.#memory.calculatedSize, maxEntries, maxBytes },
      ...(this.#redis && { redis: this.#redis.snapshot() }),
    };
  }

  async #readRedis(redis: RedisTier, key: string): Promise<Entry<T> | undefined> {
    const keyHash = hashKey(key);
    const maxBytes = this.#options.maxValueBytes + envelopeBytes;
    const text = await redis.read(this.#redisKey(keyHash), maxBytes);
    if (text === undefined) return undefined;
    const { clock, wallClock, schema } = this.#options;
    const expected = { keyHash, nowMs: wallClock.now(), schema, maxBytes };
    const opened = open(text, expected);
    if (!opened.ok) {
      this.#rejectedEntries += 1;
      this.#options.onEvent({
        type: 'entry.rejected',
        cache: this.#options.name,
        at: clock.now(),
        reason: opened.reason,
      });
      await redis.remove(this.#redisKey(keyHash));
      return undefined;
    }
    const entry = this.#sameInMemory(key, opened.storedAtMs) ?? this.#adopted(key, opened);
    return freshnessOf(entry, clock.now(), this.#options) === 'expired' ? undefined : entry;
  }

  /** The entry of memory that is in Redis as well: its age is known by more than a wall clock that may have stepped. */
  #sameInMemory(key: string, wallStoredAtMs: number): Entry<T> | undefined {
    const current = this.#memory.peek(key);
    return current?.wallStoredAtMs === wallStoredAtMs ? current : undefined;
  }

  /** Only its age by the wall clock is taken over: from here on it grows with this process's own time. */
  #adopted(key: string, { value, storedAtMs: wallStoredAtMs, bytes }: Opened<T> & { ok: true }): Entry<T> {
    const { clock, wallClock } = this.#options;
    const storedAtMs = clock.now() - Math.max(0, wallClock.now() - wallStoredAtMs);
    return this.#remember(key, this.#newEntry({ value, storedAtMs, wallStoredAtMs }), bytes);
  }

  /** The entry that is kept: a slow read or load must not put an older answer over a newer one. */
  #remember(key: string, entry: Entry<T>, bytes: number): Entry<T> {
    const current = this.#memory.peek(key);
    if (current && current.storedAtMs > entry.storedAtMs) return current;
    this.#memory.set(key, entry, { size: bytes + Buffer.byteLength(key) });
    return entry;
  }

  #newEntry(stored: Stored<T>): Entry<T> {
    return newEntry(stored, this.#options, this.#options.random);
  }

  #redisKey(keyHash: string): string {
    return `ballast:${this.#options.name}:v${this.#options.version}:${keyHash}`;
  }
}
