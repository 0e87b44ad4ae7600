import type { CallOptions } from '@ballast/resilience';
import type { Clock } from '@ballast/resilience/primitives';

/** A product as orders needs to know it. */
export interface CatalogueEntry {
  sku: string;
  name: string;
  priceCents: number;
}

/** Where the copy of the catalogue survives a restart. */
export interface CatalogueStore {
  load(): Promise<CatalogueEntry[]>;
  replace(entries: CatalogueEntry[]): Promise<void>;
}

/** The local copy of inventory's catalogue. */
export interface Catalogue {
  /** @throws {UnknownSkuError | CatalogueEmptyError} */
  lookUp(skus: string[], options: CallOptions): Promise<Map<string, CatalogueEntry>>;
  nameOf(sku: string): string | undefined;
  /** Copies the catalogue anew; calls at the same time share one copy. */
  refresh(options?: CallOptions): Promise<void>;
  /** Copies it anew when the copy at hand is older than this, or there is none. */
  refreshIfOlder(maxAgeMs: number): Promise<void>;
  /** Reads the copy of an earlier run. */
  restore(): Promise<void>;
  isEmpty(): boolean;
}

/** No such product: neither in the copy nor, if it could be asked, at inventory. */
export class UnknownSkuError extends Error {
  override readonly name = 'UnknownSkuError';
  readonly code = 'E_UNKNOWN_SKU';
  readonly sku: string;
  constructor(sku: string) {
    super(`there is no product ${sku}`);
    this.sku = sku;
  }
}

/** Nothing was ever copied, so nothing can be said about any product. */
export class CatalogueEmptyError extends Error {
  override readonly name = 'CatalogueEmptyError';
  readonly code = 'E_CATALOGUE_EMPTY';
}

// Unknown products make orders look again, but not more often than this: a typo must not become a load on inventory.
const minRefreshIntervalMs = 1000;

export function createCatalogue({
  fetchAll,
  store,
  clock,
}: {
  fetchAll: (options: CallOptions) => Promise<CatalogueEntry[]>;
  store: CatalogueStore;
  clock: Pick<Clock, 'now'>;
}): Catalogue {
  let entries = new Map<string, CatalogueEntry>();
  // Not what is in memory: a copy that could not be stored has to be stored by a later refresh.
  let stored: string | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let copiedAtMs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;

  async function copy(options: CallOptions) {
    triedAtMs = clock.now();
    const fetched = await fetchAll(options);
    entries = bySku(fetched);
    copiedAtMs = clock.now();
    const text = asText(fetched);
    if (text === stored) return;
    await store.replace(fetched);
    stored = text;
  }

  function refresh(options: CallOptions = {}) {
    refreshing ??= copy(options).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  async function refreshIfDue(options: CallOptions) {
    if (clock.now() - triedAtMs < minRefreshIntervalMs && !refreshing) return;
    // Whatever the refresh fails with, the copy at hand decides.
    await refresh({ deadlineMs: options.deadlineMs }).catch(() => {});
  }

  return {
    refresh,
    async refreshIfOlder(maxAgeMs) {
      if (entries.size === 0 || clock.now() - copiedAtMs >= maxAgeMs) await refresh();
    },
    nameOf: (sku) => entries.get(sku)?.name,
    isEmpty: () => entries.size === 0,
    async restore() {
      const restored = await store.load();
      stored = asText(restored);
      if (entries.size === 0) entries = bySku(restored);
    },
    async lookUp(skus, options) {
      if (!skus.every((sku) => entries.has(sku))) await refreshIfDue(options);
      if (entries.size === 0) throw new CatalogueEmptyError('the catalogue was never copied');
      const unknown = skus.find((sku) => !entries.has(sku));
      if (unknown !== undefined) throw new UnknownSkuError(unknown);
      return new Map(skus.map((sku) => [sku, entries.get(sku) as CatalogueEntry]));
    },
  };
}

// In one order: inventory lists scarce products last, the store by their sku.
function asText(entries: CatalogueEntry[]): string {
  const rows = entries.map(({ sku, name, priceCents }) => [sku, name, priceCents]);
  return JSON.stringify(rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

function bySku(entries: CatalogueEntry[]): Map<string, CatalogueEntry> {
  return new Map(entries.map((entry) => [entry.sku, entry]));
}
