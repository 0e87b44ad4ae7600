import type { FinalState, ReservationRow, StockRow } from '../checker/final-state.ts';
import type { OrderLine } from '../history/entry.ts';
import type { Databases, SimulatedSystem } from './simulated-system.ts';
import { stockOf, type Watch } from './watch.ts';

/** The tables of the services as the checker wants them, with what retention has removed from them. */
export function stateOf({ databases, traffic, world }: SimulatedSystem, watched: Watch): FinalState {
  const { orders, keys, rows, swept } = databases.orders;
  const allKeys = [...swept.keys, ...keys.values()];
  const keyOf = new Map(allKeys.map(({ key, orderId }) => [orderId, key]));
  return {
    orders: [...orders.values()].map(({ id, status, reason = null, customerId, items, totalCents }) => ({
      id,
      key: keyOf.get(id) ?? 'no key',
      status,
      reason,
      customerId,
      items,
      totalCents,
    })),
    outbox: [...swept.rows, ...rows].map(({ orderId, kind, doneAtMs, parkedAtMs }) => ({
      orderId,
      kind,
      state: parkedAtMs !== null ? 'parked' : doneAtMs !== null ? 'done' : 'waiting',
    })),
    reservations: databases.inventory.reservations.map(reservationRow),
    stock: stockOf(databases),
    ledger: ledgerOf(databases),
    ...watched,
    forgottenKeys: swept.keys.length,
    purchases: [...databases.recommendation.purchases.values()].map(({ orderId, customerId, skus }) => ({
      orderId,
      times: 1,
      customerId,
      skus,
    })),
    popularity: popularityOf(databases),
    traffic: traffic.rows(world.now()),
  };
}

const piecesOf = (items: readonly OrderLine[]): number =>
  items.reduce((sum, { quantity }) => sum + quantity, 0);

function reservationRow({
  orderId,
  status,
  items,
}: Databases['inventory']['reservations'][number]): ReservationRow {
  const held = status === 'refused' ? [] : items;
  const isReturned = status === 'released' || status === 'expired';
  return {
    orderId,
    status,
    items,
    held,
    sold: status === 'confirmed' ? held : [],
    returned: isReturned ? held : [],
  };
}

/** The stock as the reservations add it up, each counted once: memory keeps no ledger of its own. */
function ledgerOf({ inventory }: Databases): StockRow[] {
  return [...inventory.stock].map(([sku, { supplied }]) => {
    const piecesIn = (wanted: ReservationRow['status']) =>
      piecesOf(
        inventory.reservations
          .filter(({ status }) => status === wanted)
          .flatMap(({ items }) => items.filter((line) => line.sku === sku)),
      );
    const [reserved, sold] = [piecesIn('reserved'), piecesIn('confirmed')];
    return { sku, supplied, available: supplied - reserved - sold, reserved, sold };
  });
}

function popularityOf({ recommendation: { purchases, popular } }: Databases) {
  const expected = new Map<string, number>();
  for (const { skus, isCounted } of purchases.values())
    for (const sku of isCounted ? skus : []) expected.set(sku, (expected.get(sku) ?? 0) + 1);
  return [...new Set([...popular.keys(), ...expected.keys()])].map((sku) => ({
    sku,
    counted: popular.get(sku) ?? 0,
    expected: expected.get(sku) ?? 0,
  }));
}
