import { retryAfterMsOf, verdictOfError } from '@ballast/resilience';
import { ignoreRejection, SingleFlight } from '@ballast/resilience/primitives';
import type { Fetched } from './cache.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';
import type { EntryStore } from './entry-store.ts';
import { cachedAnswer, liveAnswer, staleAnswer } from './fetched.ts';
import { type Entry, type Freshness, freshnessOf } from './freshness.ts';
import type { Load, Loader } from './loader.ts';

/** Gets newer answers, one load per key at a time, and falls back on the entry there is. */
export class Refresher<T> {
  readonly #options: ResolvedCacheOptions<T>;
  readonly #store: EntryStore<T>;
  readonly #loader: Loader<T>;
  readonly #flights = new SingleFlight<Fetched<T>>();
  #failed = 0;

  constructor(options: ResolvedCacheOptions<T>, store: EntryStore<T>, loader: Loader<T>) {
    this.#options = options;
    this.#store = store;
    this.#loader = loader;
  }

  /** Rejects only when there is no entry to serve instead. */
  refresh(key: string, load: Load<T>, known?: Entry<T>): Promise<Fetched<T>> {
    return this.#flights.run(key, async () => {
      try {
        return (
          (known && (await this.#refreshedElsewhere(key, known))) ?? (await this.#loadAndKeep(key, load))
        );
      } catch (error) {
        return this.#staleAnswer(key, error, known);
      }
    });
  }

  snapshot() {
    const { joined, size } = this.#flights;
    return { started: this.#loader.started, joined, failed: this.#failed, inFlight: size };
  }

  /** Another replica may have refreshed what this one knows, or be about to: one Redis read against one load. */
  async #refreshedElsewhere(key: string, known: Entry<T>): Promise<Fetched<T> | undefined> {
    const shared = await this.#store.findInRedis(key);
    if (shared && this.#freshnessOf(shared) === 'fresh') {
      return cachedAnswer(shared, this.#options.clock.now());
    }
    // Claims are for refreshes in the background: a caller who waits for the answer loads it.
    const isInBackground = this.#freshnessOf(known) === 'revalidate';
    return isInBackground && !(await this.#store.claimRefresh(key)) ? this.#retryLater(known) : undefined;
  }

  async #loadAndKeep(key: string, load: Load<T>): Promise<Fetched<T>> {
    const { copy, askedAtMs } = await this.#loader.load(load);
    // Not awaited: the answer is there, Redis may take its time.
    ignoreRejection(this.#store.put(key, copy, askedAtMs));
    return liveAnswer(copy.value);
  }

  #staleAnswer(key: string, error: unknown, known?: Entry<T>): Fetched<T> {
    const { name, clock, onEvent } = this.#options;
    this.#failed += 1;
    onEvent({ type: 'refresh.failed', cache: name, at: clock.now(), error });
    const entry = this.#store.findInMemory(key) ?? known; // `known` may have been evicted meanwhile
    if (!entry || this.#freshnessOf(entry) === 'expired') throw error;
    if (verdictOfError(error) === 'caller') {
      // Not an outage: a 404 or a 403 must not be answered with what was there before (RFC 5861, 4).
      entry.mustRevalidate = true;
      throw error;
    }
    return staleAnswer(this.#retryLater(entry, retryAfterMsOf(error)), error);
  }

  /** `retryAfterMs`: what the error of a busy dependency asks for. */
  #retryLater(entry: Entry<T>, retryAfterMs = 0): Fetched<T> {
    const { clock, refreshRetryMs, random } = this.#options;
    entry.retryAtMs = clock.now() + Math.max(retryAfterMs, refreshRetryMs * (0.5 + random()));
    return cachedAnswer(entry, clock.now());
  }

  #freshnessOf(entry: Entry<T>): Freshness {
    return freshnessOf(entry, this.#options.clock.now(), this.#options);
  }
}
