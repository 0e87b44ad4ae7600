import {
  aFunction,
  checkArgument,
  checkOptions,
  onOff,
  withMethods,
  withPatch,
} from '@ballast/resilience/primitives';
import type { Cache, Cached, CacheSnapshot, Fetched, FetchOptions } from './cache.ts';
import { isUsableKey } from './cache-key.ts';
import { type CacheOptions, type ResolvedCacheOptions, resolveCacheOptions } from './cache-options.ts';
import { EntryStore } from './entry-store.ts';
import { cachedAnswer, liveAnswer } from './fetched.ts';
import { type Entry, type Freshness, freshnessOf } from './freshness.ts';
import { frozenCopy } from './frozen-copy.ts';
import { type Load, Loader, untilAborted } from './loader.ts';
import { Refresher } from './refresher.ts';

/**
 * @example
 * const cache = createCache({ name: 'recommendation', schema: z.array(product), redis: connectRedis(url) });
 * const { value, source, ageMs } = await cache.fetch(customerId, (signal) => load(customerId, signal));
 * @throws {InvalidOptionError} when an option is wrong, missing or unknown
 */
export function createCache<T>(options: CacheOptions<T>): Cache<T> {
  return new TwoTierCache(resolveCacheOptions(options));
}

const fetchRules = { signal: withMethods('an AbortSignal', 'addEventListener', 'removeEventListener') };
const configureRules = { enabled: onOff };

class TwoTierCache<T> implements Cache<T> {
  readonly #options: ResolvedCacheOptions<T>;
  readonly #store: EntryStore<T>;
  readonly #loader: Loader<T>;
  readonly #refresher: Refresher<T>;
  #settings = { enabled: true };
  #staleServed = 0;
  #rejectedInputs = 0;

  constructor(options: ResolvedCacheOptions<T>) {
    this.#options = options;
    this.#store = new EntryStore(options);
    this.#loader = new Loader(options);
    this.#refresher = new Refresher(options, this.#store, this.#loader);
  }

  get dependencies() {
    return this.#store.dependencies;
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
    else this.#rejectedInputs += 1;
  }

  async fetch(key: string, load: Load<T>, options: FetchOptions = {}): Promise<Fetched<T>> {
    // Else a load that can't be called would look like one that failed, and a stale entry would hide it.
    checkArgument('cache.fetch', 'load', load, aFunction);
    checkOptions('cache.fetch', options, fetchRules);
    const { signal } = options;
    return signal ? untilAborted(signal, () => this.#fetch(key, load)) : this.#fetch(key, load);
  }

  configure(settings: { readonly enabled?: boolean | undefined }): void {
    this.#settings = withPatch(this.#settings, settings, configureRules, { of: 'cache.configure' });
  }

  snapshot(): CacheSnapshot {
    return {
      name: this.#options.name,
      enabled: this.#settings.enabled,
      ...this.#store.snapshot(),
      staleServed: this.#staleServed,
      loads: this.#refresher.snapshot(),
      rejectedInputs: this.#rejectedInputs + this.#loader.invalid + this.#store.oversized,
    };
  }

  close(): void {
    this.configure({ enabled: false });
    this.#loader.abortAll();
    this.#store.clearMemory();
  }

  async #fetch(key: string, load: Load<T>): Promise<Fetched<T>> {
    if (!this.#accepts(key)) return liveAnswer((await this.#loader.load(load)).copy.value);
    const known = await this.#store.find(key);
    const freshness = known ? this.#freshnessOf(known) : 'expired';
    const isRefreshDue = !known || this.#options.clock.now() >= known.retryAtMs;
    if (known && (freshness === 'fresh' || !isRefreshDue)) return this.#serve(known);
    const refreshed = this.#refresher.refresh(key, load, known);
    if (known && freshness === 'revalidate') {
      refreshed.catch(() => {}); // reported by the refresh itself; this caller has its answer
      return this.#serve(known);
    }
    const answer = await refreshed;
    if (answer.reason !== undefined) this.#staleServed += 1;
    return answer;
  }

  #serve(entry: Entry<T>): Fetched<T> {
    if (this.#freshnessOf(entry) !== 'fresh') this.#staleServed += 1;
    return cachedAnswer(entry, this.#options.clock.now());
  }

  #freshnessOf(entry: Entry<T>): Freshness {
    return freshnessOf(entry, this.#options.clock.now(), this.#options);
  }

  #accepts(key: string): boolean {
    if (!this.#settings.enabled) return false;
    const isUsable = isUsableKey(key, this.#options.maxKeyBytes);
    if (!isUsable) this.#rejectedInputs += 1;
    return isUsable;
  }
}
