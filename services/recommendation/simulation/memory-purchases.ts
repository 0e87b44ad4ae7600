import type { Clock } from '@ballast/resilience/primitives';
import type { Purchase, PurchaseStore } from '../src/use-cases/advice.ts';

export interface MemoryPurchase extends Purchase {
  purchasedAtMs: number;
  dueAtMs: number;
  attempts: number;
  isCounted: boolean;
  isParked: boolean;
}

export interface MemoryPurchases {
  /** By order. */
  purchases: Map<string, MemoryPurchase>;
  /** How often each product counts as bought. */
  popular: Map<string, number>;
  store: PurchaseStore;
}

const ordersConsidered = 5;
const productsConsidered = 20;

/** The same promises as `purchasesIn`, kept in memory for the simulation: same tests, no database. */
export function memoryPurchases({ clock }: { readonly clock: Pick<Clock, 'now'> }): MemoryPurchases {
  const purchases = new Map<string, MemoryPurchase>();
  const popular = new Map<string, number>();
  const together = new Map<string, Map<string, number>>();

  function ownedBy(customerId: string): string[] {
    const latest = [...purchases.values()]
      .filter((purchase) => purchase.customerId === customerId)
      .sort((a, b) => b.purchasedAtMs - a.purchasedAtMs)
      .slice(0, ordersConsidered);
    return [...new Set(latest.flatMap(({ skus }) => skus))].slice(0, productsConsidered);
  }

  function count({ skus }: Purchase): void {
    for (const sku of skus) {
      add(popular, sku, 1);
      const pairs = together.get(sku) ?? new Map<string, number>();
      together.set(sku, pairs);
      for (const other of skus) if (other !== sku) add(pairs, other, 1);
    }
  }

  return {
    purchases,
    popular,
    store: {
      async record({ orderId, customerId, skus }) {
        if (purchases.has(orderId)) return;
        const recorded = { orderId, customerId, skus: [...skus] };
        const nowMs = clock.now();
        purchases.set(orderId, {
          ...recorded,
          purchasedAtMs: nowMs,
          dueAtMs: nowMs,
          attempts: 0,
          isCounted: false,
          isParked: false,
        });
      },
      async due({ maxPurchases, maxPairs }) {
        const nowMs = clock.now();
        const waiting = [...purchases.values()].filter((one) => isWaiting(one) && one.dueAtMs <= nowMs);
        const batch: MemoryPurchase[] = [];
        let pairs = 0;
        for (const purchase of waiting.sort((a, b) => a.dueAtMs - b.dueAtMs).slice(0, maxPurchases)) {
          pairs += purchase.skus.length ** 2;
          if (batch.length > 0 && pairs > maxPairs) break;
          batch.push(purchase);
        }
        return batch.map(({ orderId, attempts }) => ({ orderId, attempts }));
      },
      async fold(orderIds) {
        const fresh = orderIds.flatMap((id) => purchases.get(id) ?? []).filter(isWaiting);
        for (const purchase of fresh) {
          purchase.isCounted = true;
          count(purchase);
        }
        return fresh.length;
      },
      async postpone(orderId, { attempts, delayMs }) {
        const purchase = purchases.get(orderId);
        if (purchase && isWaiting(purchase))
          Object.assign(purchase, { attempts, dueAtMs: clock.now() + delayMs });
      },
      async park(orderId, { attempts }) {
        const purchase = purchases.get(orderId);
        if (purchase && isWaiting(purchase)) Object.assign(purchase, { attempts, isParked: true });
      },
      async backlog() {
        const all = [...purchases.values()];
        const oldestDueAtMs = Math.min(clock.now(), ...all.filter(isWaiting).map(({ dueAtMs }) => dueAtMs));
        return {
          parked: all.filter(({ isParked }) => isParked).length,
          oldestDueAgeMs: clock.now() - oldestDueAtMs,
        };
      },
      async forget({ keepMs, limit }) {
        const old = [...purchases.values()]
          .filter(({ isCounted, purchasedAtMs }) => isCounted && purchasedAtMs <= clock.now() - keepMs)
          .slice(0, limit);
        for (const { orderId } of old) purchases.delete(orderId);
        return old.length;
      },
      async advise(customerId, limit) {
        const owned = ownedBy(customerId);
        const pairs = new Map<string, number>();
        for (const sku of owned)
          for (const [other, times] of together.get(sku) ?? [])
            if (!owned.includes(other)) add(pairs, other, times);
        const bought = bestFirst(pairs).slice(0, limit);
        const others = bestFirst(popular).filter((sku) => !owned.includes(sku) && !bought.includes(sku));
        const basis = bought.length > 0 ? 'bought-together' : 'popular';
        return { basis, skus: [...bought, ...others].slice(0, limit) };
      },
    },
  };
}

const isWaiting = ({ isCounted, isParked }: MemoryPurchase): boolean => !isCounted && !isParked;

function add(counts: Map<string, number>, sku: string, times: number): void {
  counts.set(sku, (counts.get(sku) ?? 0) + times);
}

function bestFirst(counts: Map<string, number>): string[] {
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([sku]) => sku);
}
