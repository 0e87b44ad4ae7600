import { sameLines } from './order-lines.ts';
import type { Invariant } from './verdict.ts';

export const noPhantom: Invariant = {
  id: 'I3',
  title: 'no phantom: nothing exists that nobody asked for',
  count: (_operations, { orders, reservations }) => orders.length + reservations.length,
  clauses: {
    'orders were asked for': ({ placings }, { orders }) => {
      const asked = Map.groupBy(placings, ({ invoked }) => invoked.key);
      return orders
        .filter(({ key, items }) => !asked.get(key)?.some(({ invoked }) => sameLines(invoked.items, items)))
        .map(({ id, key }) => `order ${id} (key ${key}) holds items that no client asked for under that key`);
    },
    'reservations have an order': (_operations, { orders, reservations }) => {
      const known = new Set(orders.map(({ id }) => id));
      return reservations
        .filter(({ orderId }) => !known.has(orderId))
        .map(({ orderId, status }) => `a ${status} reservation names order ${orderId}, which does not exist`);
    },
  },
};
