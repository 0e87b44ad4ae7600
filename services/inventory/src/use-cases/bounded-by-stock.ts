import { backoffMs, type Clock, type Random } from '@ballast/resilience/primitives';
import { type Line, type ReservationStore, StockBusyError } from './reservation.ts';
import { StockBulkhead } from './stock-bulkhead.ts';

export interface StockWaitSettings {
  /** Operations at once that need the same product. A few connections of the pool, never all of them. */
  readonly maxConcurrent: number;
  /** How long an operation tries to get the stock it needs. Less than a caller waits for its answer. */
  readonly maxWaitMs: number;
  /** The pause before stock that was busy is tried again; doubles up to `maxRetryDelayMs`, with full jitter. */
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** How long a product that could not be got is tried only once by each operation, unless one of them gets it. */
  readonly rememberBusyMs: number;
}

export const stockWaitDefaults: StockWaitSettings = {
  maxConcurrent: 3,
  maxWaitMs: 200,
  retryDelayMs: 2,
  maxRetryDelayMs: 20,
  rememberBusyMs: 500,
};

/**
 * A store that tries again, for a short time and without a connection, when the stock it needs is busy. A product that
 * many want, or whose row somebody keeps locked, costs its own orders an answer and no other order anything.
 */
export function boundedByStock(
  store: ReservationStore,
  {
    clock,
    random,
    ...given
  }: { readonly clock: Clock; readonly random: Random } & Partial<StockWaitSettings>,
): ReservationStore {
  const settings = { ...stockWaitDefaults, ...given };
  const bulkhead = new StockBulkhead(settings.maxConcurrent, clock);
  const backoff = { baseDelayMs: settings.retryDelayMs, maxDelayMs: settings.maxRetryDelayMs };
  const busyUntilMs = new Map<string, number>();

  async function withStock<T>(items: readonly Line[], work: () => Promise<T>): Promise<T> {
    const skus = items.map(({ sku }) => sku);
    const givesUpAtMs = clock.now() + settings.maxWaitMs;
    for (let failures = 1; ; failures++) {
      try {
        const done = await bulkhead.run(skus, givesUpAtMs, work);
        for (const sku of skus) busyUntilMs.delete(sku);
        return done;
      } catch (error) {
        if (!(error instanceof StockBusyError)) throw error;
        const delayMs = backoffMs(backoff, failures, random);
        if (isBusyForLong(error.skus) || clock.now() + delayMs >= givesUpAtMs) throw remembered(error);
        await new Promise<void>((resolve) => clock.setTimer(resolve, delayMs));
      }
    }
  }

  function isBusyForLong(skus: readonly string[]): boolean {
    return skus.some((sku) => (busyUntilMs.get(sku) ?? 0) > clock.now());
  }

  function remembered(error: StockBusyError): StockBusyError {
    for (const [sku, untilMs] of busyUntilMs) if (untilMs <= clock.now()) busyUntilMs.delete(sku);
    for (const sku of error.skus) busyUntilMs.set(sku, clock.now() + settings.rememberBusyMs);
    return error;
  }

  return {
    ...store,
    decide: (orderId, items) => withStock(items, () => store.decide(orderId, items)),
    confirm: (orderId, items) => withStock(items, () => store.confirm(orderId, items)),
    async release(orderId) {
      const known = await store.find(orderId);
      return withStock(known?.items ?? [], () => store.release(orderId));
    },
    expire: (options) => withStock([], () => store.expire(options)),
  };
}
