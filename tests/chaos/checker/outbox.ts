import type { FinalState, OrderRow } from './final-state.ts';
import type { Invariant } from './verdict.ts';

export const outbox: Invariant = {
  id: 'I7',
  title: 'outbox: every confirmed order has one event, it was applied once, and nothing waits',
  count: (_operations, state) => state.outbox.length,
  clauses: {
    'nothing waits': (_operations, state) =>
      state.outbox
        .filter((row) => row.state !== 'done')
        .map((row) => `${row.kind} of order ${row.orderId} is still ${row.state}`),
    'one event for each confirmed order': (_operations, state) => {
      const events = Map.groupBy(announcementsIn(state), ({ orderId }) => orderId);
      return state.orders.flatMap((order) => missingEvents(order, events.get(order.id)?.length ?? 0));
    },
    'delivered events are applied once': (_operations, state) => {
      const times = new Map(state.purchases.map((purchase) => [purchase.orderId, purchase.times]));
      return announcementsIn(state)
        .filter((row) => row.state === 'done' && times.get(row.orderId) !== 1)
        .map(({ orderId }) => `order-confirmed of ${orderId} was applied ${times.get(orderId) ?? 0} times`);
    },
    'no purchase without an event': (_operations, state) => {
      const announced = new Set(announcementsIn(state).map(({ orderId }) => orderId));
      return state.purchases
        .filter(({ orderId }) => !announced.has(orderId))
        .map(
          ({ orderId }) => `a purchase was noted for order ${orderId}, which has no order-confirmed event`,
        );
    },
    'counted as often as bought': (_operations, { popularity }) =>
      popularity
        .filter(({ counted, expected }) => counted !== expected)
        .map(({ sku, counted, expected }) => `${sku} was counted ${counted} times for ${expected} purchases`),
  },
};

function announcementsIn(state: FinalState) {
  return state.outbox.filter(({ kind }) => kind === 'order-confirmed');
}

function missingEvents({ id, status }: OrderRow, events: number): string[] {
  const expected = status === 'confirmed' ? 1 : 0;
  return events === expected ? [] : [`order ${id} is ${status} and has ${events} order-confirmed events`];
}
