import type { FinalState, OrderRow, ReservationRow } from './final-state.ts';
import { promisedPieces } from './no-oversell.ts';
import { describeLines, sameLines } from './order-lines.ts';
import type { Clause, Invariant } from './verdict.ts';

/** Orders has one book, inventory the other; neither is asked about itself. */
export const twoBooks: Invariant = {
  id: 'I11',
  title: 'two books: what orders promised is what inventory sold, piece by piece and order by order',
  count: (_operations, { orders, stock }) => orders.length + stock.length,
  clauses: {
    'pieces sold are pieces promised': soldIsPromised,
    'a reservation takes its items': (_operations, { reservations }) => reservations.flatMap(takesItsItems),
    'pieces go where the reservation ended': (_operations, { reservations }) =>
      reservations.flatMap(endsAsItSays),
    'one sale for each confirmed order': (_operations, { orders, reservations }) => {
      const sales = Map.groupBy(reservations.filter(isSale), ({ orderId }) => orderId);
      return orders.flatMap(({ id, status }) => {
        const count = sales.get(id)?.length ?? 0;
        if (status !== 'confirmed' || count === 1) return [];
        return [`order ${id} is confirmed and has ${count} confirmed reservations`];
      });
    },
    'no sale without a confirmed order': ofEachOrder((order, reservation) =>
      isSale(reservation) && order.status !== 'confirmed'
        ? `order ${order.id} is ${order.status}, and its stock was sold`
        : undefined,
    ),
    'the same items': ofEachOrder((order, { items }) =>
      // A tombstone has none: the order was cancelled before it reached inventory.
      items.length > 0 && !sameLines(order.items, items)
        ? `order ${order.id} is for ${describeLines(order.items)}, its reservation for ${describeLines(items)}`
        : undefined,
    ),
    'a cancelled order leaves a released reservation': (_operations, { orders, reservations }) => {
      // Refused is an end as well: inventory had no stock, its answer was lost, and then the order was cancelled.
      const ended = new Set(
        reservations
          .filter(({ status }) => status === 'released' || status === 'refused')
          .map(({ orderId }) => orderId),
      );
      return orders
        .filter(({ id, reason }) => reason === 'cancelled' && !ended.has(id))
        .map(({ id }) => `order ${id} was cancelled without a released reservation, so it can still be sold`);
    },
  },
};

const isSale = ({ status }: Pick<ReservationRow, 'status'>): boolean => status === 'confirmed';

function soldIsPromised(_operations: unknown, state: FinalState): string[] {
  const promised = promisedPieces(state);
  const sold = new Map(state.stock.map((row) => [row.sku, row.sold]));
  return [...new Set([...promised.keys(), ...sold.keys()])]
    .filter((sku) => (promised.get(sku) ?? 0) !== (sold.get(sku) ?? 0))
    .map(
      (sku) =>
        `${sku}: confirmed orders hold ${promised.get(sku) ?? 0} pieces, inventory sold ${sold.get(sku) ?? 0}`,
    );
}

function takesItsItems({ orderId, status, items, held }: ReservationRow): string[] {
  const expected = status === 'refused' ? [] : items;
  if (sameLines(expected, held)) return [];
  return [
    `the ${status} reservation of order ${orderId} took ${describeLines(held)} instead of ${describeLines(expected)}`,
  ];
}

function endsAsItSays({ orderId, status, sold, returned }: ReservationRow): string[] {
  const wrong = isSale({ status }) ? returned : sold;
  if (wrong.length === 0) return [];
  const verb = isSale({ status }) ? 'gave back' : 'sold';
  return [`the ${status} reservation of order ${orderId} ${verb} ${describeLines(wrong)}`];
}

/** An order that does not exist at all is a phantom, and reported as one. */
function ofEachOrder(fault: (order: OrderRow, reservation: ReservationRow) => string | undefined): Clause {
  return (_operations, { orders, reservations }) => {
    const orderById = new Map(orders.map((order) => [order.id, order]));
    return reservations.flatMap((reservation) => {
      const order = orderById.get(reservation.orderId);
      return (order && fault(order, reservation)) ?? [];
    });
  };
}
