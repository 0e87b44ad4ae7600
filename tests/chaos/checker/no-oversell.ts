import type { FinalState } from './final-state.ts';
import { quantities } from './order-lines.ts';
import type { Invariant } from './verdict.ts';

export const noOversell: Invariant = {
  id: 'I5',
  title: 'no oversell: confirmed orders never add up to more than was supplied',
  count: (_operations, state) => promisedPieces(state).size,
  clauses: {
    // Orders against the supply noted at the start: inventory's own books must not be the evidence for themselves.
    'promised pieces': (_operations, state) => {
      const supplied = new Map(state.supply.map((row) => [row.sku, row.supplied]));
      return [...promisedPieces(state)]
        .filter(([sku, quantity]) => quantity > (supplied.get(sku) ?? 0))
        .map(
          ([sku, quantity]) =>
            `${sku}: ${quantity} promised to customers, ${supplied.get(sku) ?? 0} supplied`,
        );
    },
  },
};

/** Per SKU, the pieces of all confirmed orders. */
export function promisedPieces({ orders }: Pick<FinalState, 'orders'>): Map<string, number> {
  return quantities(orders.filter(({ status }) => status === 'confirmed').flatMap(({ items }) => items));
}
