import { sameLines } from './order-lines.ts';
import type { Invariant } from './verdict.ts';

export const noPhantom: Invariant = {
  id: 'I3',
  title: 'no phantom: nothing exists that nobody asked for',
  examine({ placings }, { orders, reservations }) {
    const asked = new Map<string, (typeof placings)[number]['invoked'][]>();
    for (const { invoked } of placings) asked.set(invoked.key, [...(asked.get(invoked.key) ?? []), invoked]);
    const phantoms = orders.filter(
      ({ key, items }) => !(asked.get(key) ?? []).some((request) => sameLines(request.items, items)),
    );
    const known = new Set(orders.map(({ id }) => id));
    const orphans = reservations.filter(({ orderId }) => !known.has(orderId));
    return {
      checked: orders.length + reservations.length,
      violations: [
        ...phantoms.map(
          ({ id, key }) => `order ${id} (key ${key}) holds items that no client asked for under that key`,
        ),
        ...orphans.map(
          ({ orderId, status }) => `a ${status} reservation names order ${orderId}, which does not exist`,
        ),
      ],
    };
  },
};
