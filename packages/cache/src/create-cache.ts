import type { Cache, Cached, CacheSnapshot, Fetched } from './cache.ts';
import { isUsableKey } from './cache-key.ts';
import { type CacheOptions, type ResolvedCacheOptions, resolveCacheOptions } from './cache-options.ts';
import { EntryStore } from './entry-store.ts';
import { cachedAnswer, liveAnswer, reasonOf } from './fetched.ts';
import { type Entry, type Freshness, freshnessOf } from './freshness.ts';
import { frozenCopy } from './frozen-copy.ts';
import { type Load, Loader, untilAborted } from './loader.ts';
import { SingleFlight } from './single-flight.ts';

/**
 * @example
 * const cache = createCache({ name: 'recommendation', schema: z.array(product), redis: connectRedis(url) });
 * const { value, source, ageMs } = await cache.fetch(customerId, (signal) => load(customerId, signal));
 * @throws InvalidOptionError when an option is out of range.
 */
export function createCache<T>(options: CacheOptions<T>): Cache<T> {
  return new TwoTierCache(resolveCacheOptions(options));
}

class TwoTierCache<T> implements Cache<T> {
  readonly #options: ResolvedCacheOptions<T>;
  readonly #store: EntryStore<T>;
  readonly #loader: Loader<T>;
  readonly #refreshes = new SingleFlight<Fetched<T>>();
  #isEnabled = true;
  #staleServed = 0;
  #failedLoads = 0;
  #refused = 0;

  constructor(options: ResolvedCacheOptions<T>) {
    this.#options = options;
    this.#store = new EntryStore(options);
    this.#loader = new Loader(options);
  }

  async get(key: string): Promise<Cached<T> | undefined> {
    if (!this.#accepts(key)) return undefined;
    const entry = await this.#store.find(key);
    if (!entry) return undefined;
    const { value, ageMs } = this.#serve(entry);
    return { value, ageMs };
  }

  async set(key: string, value: T): Promise<void> {
    if (!this.#accepts(key)) return;
    const copy = frozenCopy(value, this.#options.schema);
    if (copy.ok) await this.#store.put(key, copy, this.#options.clock.now());
    else this.#refused += 1;
  }

  async fetch(key: string, load: Load<T>, options: { signal?: AbortSignal } = {}): Promise<Fetched<T>> {
    const { signal } = options;
    return signal ? untilAborted(signal, () => this.#fetch(key, load)) : this.#fetch(key, load);
  }

  configure(settings: { enabled: boolean }): void {
    this.#isEnabled = settings.enabled;
  }

  snapshot(): CacheSnapshot {
    return {
      name: this.#options.name,
      enabled: this.#isEnabled,
      ...this.#store.snapshot(),
      staleServed: this.#staleServed,
      loads: {
        started: this.#loader.started,
        joined: this.#refreshes.joined,
        failed: this.#failedLoads,
        inFlight: this.#refreshes.size,
      },
      refused: this.#refused + this.#loader.invalid + this.#store.oversized,
    };
  }

  close(): void {
    this.#isEnabled = false;
    this.#loader.abortAll();
    this.#store.clearMemory();
  }

  async #fetch(key: string, load: Load<T>): Promise<Fetched<T>> {
    if (!this.#accepts(key)) return liveAnswer((await this.#loader.load(load)).copy.value);
    const known = await this.#store.find(key);
    const freshness = known ? this.#freshnessOf(known) : 'expired';
    const isRefreshDue = !known || this.#options.clock.now() >= known.retryAtMs;
    if (known && (freshness === 'fresh' || !isRefreshDue)) return this.#serve(known);
    const refreshed = this.#refresh(key, load, known);
    if (known && freshness === 'revalidate') {
      refreshed.catch(() => {}); // reported by the refresh itself; this caller has its answer
      return this.#serve(known);
    }
    const answer = await refreshed;
    if (answer.reason !== undefined) this.#staleServed += 1;
    return answer;
  }

  /** One per key at a time; fails only when there is no entry to serve instead. */
  #refresh(key: string, load: Load<T>, known?: Entry<T>): Promise<Fetched<T>> {
    return this.#refreshes.run(key, async () => {
      try {
        // Another replica may have refreshed what we know: one Redis read against one load.
        const shared = known && (await this.#store.findInRedis(key));
        if (shared && this.#freshnessOf(shared) === 'fresh')
          return cachedAnswer(shared, this.#options.clock.now());
        if (known && (await this.#isRefreshedElsewhere(key, known))) return this.#retryLater(known);
        return await this.#loadAndKeep(key, load);
      } catch (error) {
        return this.#staleAnswer(key, error, known);
      }
    });
  }

  /** Only while nobody waits for the refresh: who waits, loads. */
  async #isRefreshedElsewhere(key: string, known: Entry<T>): Promise<boolean> {
    return this.#freshnessOf(known) === 'revalidate' && !(await this.#store.claimRefresh(key));
  }

  async #loadAndKeep(key: string, load: Load<T>): Promise<Fetched<T>> {
    const { copy, askedAtMs } = await this.#loader.load(load);
    this.#store.put(key, copy, askedAtMs); // not awaited: the answer is there, Redis may take its time
    return liveAnswer(copy.value);
  }

  #staleAnswer(key: string, error: unknown, known?: Entry<T>): Fetched<T> {
    const { name, clock, onEvent } = this.#options;
    this.#failedLoads += 1;
    onEvent({ type: 'refresh.failed', cache: name, at: clock.now(), error });
    const entry = this.#store.findInMemory(key) ?? known; // `known` may have been evicted meanwhile
    if (!entry || this.#freshnessOf(entry) === 'expired') throw error;
    return { ...this.#retryLater(entry), reason: reasonOf(error) };
  }

  #retryLater(entry: Entry<T>): Fetched<T> {
    const { clock, refreshRetryMs, random } = this.#options;
    entry.retryAtMs = clock.now() + refreshRetryMs * (0.5 + random());
    return cachedAnswer(entry, clock.now());
  }

  #serve(entry: Entry<T>): Fetched<T> {
    if (this.#freshnessOf(entry) !== 'fresh') this.#staleServed += 1;
    return cachedAnswer(entry, this.#options.clock.now());
  }

  #freshnessOf(entry: Entry<T>): Freshness {
    return freshnessOf(entry, this.#options.clock.now(), this.#options);
  }

  #accepts(key: string): boolean {
    if (!this.#isEnabled) return false;
    const isUsable = isUsableKey(key, this.#options.maxKeyBytes);
    if (!isUsable) this.#refused += 1;
    return isUsable;
  }
}
