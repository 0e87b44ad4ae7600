import { check } from '../chaos/checker/check.ts';
import type { Verdict } from '../chaos/checker/verdict.ts';
import { shopCatalogue } from '../chaos/client/catalogue.ts';
import { ordersApi } from '../chaos/client/orders-api.ts';
import { startTraffic } from '../chaos/client/traffic.ts';
import { realTime } from '../chaos/experiment.ts';
import type { HistoryEntry } from '../chaos/history/entry.ts';
import { openHistoryLog } from '../chaos/history/history-log.ts';
import { seededRandom } from '../chaos/seeded-random.ts';
import { quietState } from '../chaos/system/heal.ts';
import type { StoredState } from '../chaos/system/read-state.ts';
import { openDatabases, ordersUrl } from './cluster.ts';
import { kubectl, tunnel } from './kubectl.ts';

/** What became of the attempts that ended in a stretch of time. */
export type Stretch = { readonly acknowledged: number; readonly failed: readonly string[] };

export type Customers = {
  /** Does something while customers come and go, and tells how they fared meanwhile. */
  during(harm: () => Promise<unknown>): Promise<Stretch>;
  /** Serves the last customer, waits for quiet, and judges everything that was said against what is stored. */
  leave(): Promise<{ acknowledged: number; verdicts: readonly Verdict[] }>;
};

/** Customers from outside the cluster, who come however the shop fares, ask again when in doubt, and remember everything. */
export async function welcomeCustomers(ratePerSecond: number, seed: number): Promise<Customers> {
  const inventory = await tunnel('deployment/inventory', 4002);
  const catalogue = await shopCatalogue(`http://127.0.0.1:${inventory.port}`);
  inventory.close();
  const api = ordersApi({ baseUrl: await ordersUrl() });
  const log = openHistoryLog(realTime);
  const closing = new AbortController();
  const random = seededRandom(seed);
  const traffic = startTraffic(ratePerSecond, catalogue, {
    api,
    log,
    random,
    closing: closing.signal,
    ...realTime,
  });

  return {
    async during(harm) {
      const begin = log.entries.length;
      await harm();
      return stretchOf(log.entries.slice(begin));
    },
    async leave() {
      log.healed();
      await realTime.wait(3000);
      setTimeout(() => closing.abort(), 15_000).unref();
      await traffic.stop();
      await api.close();
      // What moves between the reading of one database and the next looks like a phantom.
      await kubectl('scale', 'deployment/load-generator', '--replicas=0');
      await kubectl(
        'wait',
        '--for=delete',
        'pod',
        '--selector=app.kubernetes.io/name=load-generator',
        '--timeout=60s',
      );
      const databases = await openDatabases();
      const stored = await quietState(databases, { wait: realTime.wait, patienceMs: 15_000 });
      databases.close();
      const state = withoutOthers(stored, log.entries);
      const verdicts = check(log.entries, { ...state, stockSamples: [], traffic: [] });
      return { acknowledged: acknowledgedIn(log.entries), verdicts };
    },
  };
}

/** The load generator buys too and keeps no history: what belongs to its orders counts in the stock and nowhere else. */
function withoutOthers(stored: StoredState, history: readonly HistoryEntry[]): StoredState {
  const own = new Set(
    history.flatMap((entry) => (entry.type === 'invoke' && entry.operation === 'place' ? [entry.key] : [])),
  );
  const others = new Set(stored.orders.flatMap(({ id, key }) => (own.has(key) ? [] : [id])));
  const isOurs = ({ orderId }: { orderId: string }) => !others.has(orderId);
  return {
    ...stored,
    orders: stored.orders.filter(({ key }) => own.has(key)),
    outbox: stored.outbox.filter(isOurs),
    reservations: stored.reservations.filter(isOurs),
    purchases: stored.purchases.filter(isOurs),
  };
}

const acknowledgedIn = (entries: readonly HistoryEntry[]): number =>
  new Set(entries.flatMap((entry) => (entry.type === 'ok' ? [entry.orderId] : []))).size;

/** Sold out is an answer; a refusal for another reason, and no answer, is a failure. */
function stretchOf(entries: readonly HistoryEntry[]): Stretch {
  const failed = entries.flatMap((entry) => {
    if (entry.type === 'unknown') return [entry.reason];
    return entry.type === 'fail' && entry.status >= 500 ? [`${entry.status} ${entry.code}`] : [];
  });
  return { acknowledged: acknowledgedIn(entries), failed };
}
