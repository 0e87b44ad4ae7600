import type { OrderLine } from '../../history/entry.ts';
import type { Run } from '../valid-run.ts';
import { cancelledOrder, change, confirmedOrder, editReservation, first, rejectedOrder } from './edit.ts';

export function stillReserved(run: Run): Run {
  const order = confirmedOrder(run);
  const chosen = first(run.state.reservations, ({ orderId }) => orderId === order.id);
  return change(run, {
    reservations: [...run.state.reservations, { ...chosen, status: 'reserved', sold: [], returned: [] }],
  });
}

export const endedTwice = (run: Run): Run =>
  editReservation(run, 'confirmed', (row) => ({ ...row, sold: [...row.sold, ...row.sold] }));

/** Inventory answers as always and books nothing: its own books agree with each other. */
export function booksNothing(run: Run): Run {
  return bookSold(run, () => 0);
}

export function booksOnePieceLess(run: Run): Run {
  return bookSold(run, (sold) => Math.max(0, sold - 1));
}

function bookSold(run: Run, sell: (sold: number) => number): Run {
  const stock = run.state.stock.map((row) => {
    const sold = sell(row.sold);
    return { ...row, sold, available: row.supplied - row.reserved - sold };
  });
  return change(run, { stock, ledger: stock, stockSamples: [stock] });
}

/** The reservation takes and sells one piece of each line; the stock was put right by somebody. */
export const takesOnePieceOfEachLine = (run: Run): Run => {
  const { orderId } = first(
    run.state.reservations,
    ({ status, items }) => status === 'confirmed' && items.some(({ quantity }) => quantity > 1),
  );
  const one = (lines: readonly OrderLine[]) => lines.map(({ sku }) => ({ sku, quantity: 1 }));
  return change(run, {
    reservations: run.state.reservations.map((row) =>
      row.orderId === orderId && row.status === 'confirmed'
        ? { ...row, held: one(row.held), sold: one(row.sold) }
        : row,
    ),
  });
};

export const refusedButTaken = (run: Run): Run =>
  editReservation(run, 'refused', (row) => ({ ...row, held: row.items, returned: row.items }));

export const confirmedAndReturned = (run: Run): Run =>
  editReservation(run, 'confirmed', (row) => ({ ...row, sold: [], returned: row.held }));

export const expiredAndSold = (run: Run): Run =>
  editReservation(run, 'expired', (row) => ({ ...row, sold: row.held, returned: [] }));

/** Each of the two looks like the only one to whoever keeps them by order. */
export function soldTwice(run: Run): Run {
  const sale = first(run.state.reservations, ({ status }) => status === 'confirmed');
  return change(run, { reservations: [...run.state.reservations, sale] });
}

export function withoutReservation(run: Run): Run {
  const { id } = confirmedOrder(run);
  return change(run, { reservations: run.state.reservations.filter(({ orderId }) => orderId !== id) });
}

export function soldButRejected(run: Run): Run {
  const { id } = rejectedOrder(run);
  return change(run, {
    reservations: run.state.reservations.map((row) =>
      row.orderId === id ? { ...row, status: 'confirmed', held: row.items, sold: row.items } : row,
    ),
  });
}

export const otherItemsReserved = (run: Run): Run =>
  editReservation(run, 'confirmed', (row) => {
    const lines = [{ sku: 'anvil', quantity: 1 }];
    return { ...row, items: lines, held: lines, sold: lines };
  });

export function withoutTombstone(run: Run): Run {
  const { id } = cancelledOrder(run);
  return change(run, { reservations: run.state.reservations.filter(({ orderId }) => orderId !== id) });
}

export function orphan(run: Run): Run {
  const refused = first(run.state.reservations, ({ status }) => status === 'refused');
  return change(run, { reservations: [...run.state.reservations, { ...refused, orderId: 'nobody' }] });
}
