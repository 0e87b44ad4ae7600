import { systemClock as clock } from '@ballast/resilience/primitives';
import { check } from '../chaos/checker/check.ts';
import type { StockRow } from '../chaos/checker/final-state.ts';
import { promisedPieces } from '../chaos/checker/no-oversell.ts';
import type { Verdict } from '../chaos/checker/verdict.ts';
import { shopCatalogue } from '../chaos/client/catalogue.ts';
import { ordersApi } from '../chaos/client/orders-api.ts';
import { startTraffic } from '../chaos/client/traffic.ts';
import type { HistoryEntry } from '../chaos/history/entry.ts';
import { openHistoryLog } from '../chaos/history/history-log.ts';
import { seededRandom } from '../chaos/seeded-random.ts';
import { sleep } from '../chaos/sleep.ts';
import { quietState } from '../chaos/system/heal.ts';
import type { StoredState } from '../chaos/system/read-state.ts';
import { openDatabases, ordersUrl } from './cluster.ts';
import { kubectl, tunnel } from './kubectl.ts';

/** The attempts that ended in a period. */
export type Period = { readonly acknowledged: number; readonly failed: readonly string[] };

export type Customers = {
  /** Runs `act` while customers come, and returns the attempts that ended meanwhile. */
  during(act: () => Promise<unknown>): Promise<Period>;
  /** Waits for the last customer and until nothing is in motion, and compares the history with what is stored. */
  finish(): Promise<{ acknowledged: number; verdicts: readonly Verdict[] }>;
};

/** Customers from outside the cluster: open-loop traffic that retries, and that keeps a history. */
export async function startCustomers(ratePerSecond: number, seed: number): Promise<Customers> {
  const inventory = await tunnel('deployment/inventory', 4002);
  const catalogue = await shopCatalogue(`http://127.0.0.1:${inventory.port}`);
  inventory.close();
  const api = ordersApi({ baseUrl: await ordersUrl() });
  const log = openHistoryLog({ clock });
  const closing = new AbortController();
  const random = seededRandom(seed);
  const traffic = startTraffic(ratePerSecond, catalogue, {
    api,
    log,
    random,
    clock,
    closing: closing.signal,
  });

  return {
    async during(act) {
      const begin = log.entries.length;
      await act();
      return periodOf(log.entries.slice(begin));
    },
    async finish() {
      log.healed();
      await sleep(clock, 3000);
      setTimeout(() => closing.abort(), 15_000).unref();
      await traffic.stop();
      await api.close();
      // An order that moves between the reading of one database and of the next would look like a phantom.
      await kubectl('scale', 'deployment/load-generator', '--replicas=0');
      await kubectl(
        'wait',
        '--for=delete',
        'pod',
        '--selector=app.kubernetes.io/name=load-generator',
        '--timeout=60s',
      );
      const databases = await openDatabases();
      const stored = await quietState(databases, { clock, withinMs: 15_000 });
      databases.close();
      const state = withoutOthers(stored, log.entries);
      const supply = state.stock.map(({ sku, supplied }) => ({ sku, supplied }));
      const unmeasured = {
        stockSamples: [],
        traffic: [],
        supply,
        forgottenWhilePending: [],
        forgottenKeys: 0,
      };
      const verdicts = check(log.entries, { ...state, ...unmeasured });
      return { acknowledged: acknowledgedIn(log.entries), verdicts };
    },
  };
}

/** Leaves out the orders of the load generator, which keeps no history, and what was supplied and sold to it. */
function withoutOthers(stored: StoredState, history: readonly HistoryEntry[]): StoredState {
  const own = new Set(
    history.flatMap((entry) => (entry.type === 'invoke' && entry.operation === 'place' ? [entry.key] : [])),
  );
  const others = new Set(stored.orders.flatMap(({ id, key }) => (own.has(key) ? [] : [id])));
  const isOurs = ({ orderId }: { orderId: string }) => !others.has(orderId);
  const theirs = promisedPieces({ orders: stored.orders.filter(({ id }) => others.has(id)) });
  const withoutTheirs = (row: StockRow): StockRow => {
    const pieces = theirs.get(row.sku) ?? 0;
    return { ...row, supplied: row.supplied - pieces, sold: row.sold - pieces };
  };
  return {
    ...stored,
    stock: stored.stock.map(withoutTheirs),
    ledger: stored.ledger.map(withoutTheirs),
    orders: stored.orders.filter(({ key }) => own.has(key)),
    outbox: stored.outbox.filter(isOurs),
    reservations: stored.reservations.filter(isOurs),
    purchases: stored.purchases.filter(isOurs),
  };
}

const acknowledgedIn = (entries: readonly HistoryEntry[]): number =>
  new Set(entries.flatMap((entry) => (entry.type === 'ok' ? [entry.orderId] : []))).size;

/** Sold out is an answer; a 5xx, and no answer, is a failure. */
function periodOf(entries: readonly HistoryEntry[]): Period {
  const failed = entries.flatMap((entry) => {
    if (entry.type === 'unknown') return [entry.reason];
    return entry.type === 'fail' && entry.status >= 500 ? [`${entry.status} ${entry.code}`] : [];
  });
  return { acknowledged: acknowledgedIn(entries), failed };
}
