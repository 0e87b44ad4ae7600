import type { FinalState, OrderRow } from './final-state.ts';
import type { Invariant } from './verdict.ts';

export const outbox: Invariant = {
  id: 'I7',
  title: 'outbox: every confirmed order has one event, it was applied once, and nothing waits',
  examine(_operations, state) {
    const eventsPerOrder = countBy(
      state.outbox.filter(({ kind }) => kind === 'order-confirmed').map((row) => row.orderId),
    );
    const stuck = state.outbox.filter(({ state: rowState }) => rowState !== 'done');
    return {
      checked: state.outbox.length,
      violations: [
        ...stuck.map((row) => `${row.kind} of order ${row.orderId} is still ${row.state}`),
        ...state.orders.flatMap((order) => missingEvents(order, eventsPerOrder.get(order.id) ?? 0)),
        ...applied(state),
      ],
    };
  },
};

function missingEvents({ id, status }: OrderRow, events: number): string[] {
  const expected = status === 'confirmed' ? 1 : 0;
  return events === expected ? [] : [`order ${id} is ${status} and has ${events} order-confirmed events`];
}

function applied({ outbox: rows, purchases, popularity }: FinalState): string[] {
  const times = new Map(purchases.map((purchase) => [purchase.orderId, purchase.times]));
  const delivered = rows.filter(({ kind, state }) => kind === 'order-confirmed' && state === 'done');
  const idsWithEvent = new Set(
    rows.filter(({ kind }) => kind === 'order-confirmed').map(({ orderId }) => orderId),
  );
  return [
    ...delivered
      .filter(({ orderId }) => times.get(orderId) !== 1)
      .map(({ orderId }) => `order-confirmed of ${orderId} was applied ${times.get(orderId) ?? 0} times`),
    ...purchases
      .filter(({ orderId }) => !idsWithEvent.has(orderId))
      .map(
        ({ orderId }) => `a purchase was counted for order ${orderId}, which has no order-confirmed event`,
      ),
    ...popularity
      .filter(({ counted, expected }) => counted !== expected)
      .map(({ sku, counted, expected }) => `${sku} was counted ${counted} times for ${expected} purchases`),
  ];
}

function countBy(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
