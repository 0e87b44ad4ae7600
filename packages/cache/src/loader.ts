import { ignoreRejection, settleWithin } from '@ballast/resilience/primitives';
import { CacheClosedError, CacheInvalidValueError, CacheLoadTimeoutError } from './cache-errors.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';
import { type Copy, frozenCopy } from './frozen-copy.ts';

/** Gets the live value; should stop its work when the signal aborts. */
export type Load<T> = (signal: AbortSignal) => T | PromiseLike<T>;

export interface Loaded<T> {
  readonly copy: Copy<T> & { readonly ok: true };
  /** When the load began: a value can't be newer than its question. */
  readonly askedAtMs: number;
}

/** Runs loads with a time limit, and gives out only values that match the schema. */
export class Loader<T> {
  readonly #options: ResolvedCacheOptions<T>;
  readonly #running = new Set<AbortController>();
  started = 0;
  invalid = 0;

  constructor(options: ResolvedCacheOptions<T>) {
    this.#options = options;
  }

  async load(load: Load<T>): Promise<Loaded<T>> {
    const { name, clock, loadTimeoutMs, schema } = this.#options;
    const askedAtMs = clock.now();
    const value = await this.#run(load, new CacheLoadTimeoutError(name, loadTimeoutMs));
    const copy = frozenCopy(value, schema);
    if (copy.ok) return { copy, askedAtMs };
    this.invalid += 1;
    throw new CacheInvalidValueError(name);
  }

  abortAll(): void {
    for (const controller of this.#running) controller.abort(new CacheClosedError(this.#options.name));
  }

  async #run(load: Load<T>, timeoutError: Error): Promise<T> {
    const { loadTimeoutMs, clock } = this.#options;
    const controller = new AbortController();
    this.#running.add(controller);
    this.started += 1;
    try {
      const work = untilAborted(controller.signal, async () => load(controller.signal));
      const outcome = await settleWithin(work, loadTimeoutMs, clock, 'background');
      if (outcome.kind === 'done') return outcome.value;
      throw outcome.kind === 'timeout' ? timeoutError : outcome.error;
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      this.#running.delete(controller);
    }
  }
}

/** Waits for `work` or the signal, whichever is first. */
export function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = work().then(resolve, reject);
    // The caller has its answer, whatever happens here.
    ignoreRejection(settled.finally(() => signal.removeEventListener('abort', onAbort)));
  });
}
