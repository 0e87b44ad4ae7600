import type { FinalState, ReservationRow, StockRow } from '../checker/final-state.ts';
import type { OrderLine } from '../history/entry.ts';
import type { Databases } from './simulated-system.ts';

export function stockOf({ inventory }: Databases): StockRow[] {
  return [...inventory.stock].map(([sku, row]) => ({ sku, ...row }));
}

/** The tables of both services as the checker wants them. */
export function stateOf(databases: Databases, stockSamples: readonly StockRow[][]): FinalState {
  const { orders, keys, rows } = databases.orders;
  const keyOf = new Map([...keys.values()].map(({ key, orderId }) => [orderId, key]));
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
    outbox: rows.map(({ orderId, kind, doneAtMs, parkedAtMs }) => ({
      orderId,
      kind,
      state: parkedAtMs !== null ? 'parked' : doneAtMs !== null ? 'done' : 'waiting',
    })),
    reservations: databases.inventory.reservations.map(reservationRow),
    stock: stockOf(databases),
    ledger: ledgerOf(databases),
    stockSamples,
    supply: stockOf(databases).map(({ sku, supplied }) => ({ sku, supplied })),
    forgottenWhilePending: [],
    forgottenKeys: 0,
    // The simulated receiver notes nothing but the id, so its content is no evidence.
    purchases: [...databases.purchases].map(([orderId, times]) => ({
      orderId,
      times,
      customerId: orders.get(orderId)?.customerId ?? '',
      skus: orders.get(orderId)?.items.map(({ sku }) => sku) ?? [],
    })),
    popularity: [],
    traffic: [],
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
