import { quantities } from './order-lines.ts';
import type { Invariant } from './verdict.ts';

export const noOversell: Invariant = {
  id: 'I5',
  title: 'no oversell: confirmed orders never add up to more than was supplied',
  // Counted from the orders, not from the stock: inventory must not be the evidence for itself.
  examine(_operations, { orders, stock }) {
    const promised = quantities(
      orders.filter(({ status }) => status === 'confirmed').flatMap(({ items }) => items),
    );
    const supplied = new Map(stock.map((row) => [row.sku, row.supplied]));
    const oversold = [...promised].filter(([sku, quantity]) => quantity > (supplied.get(sku) ?? 0));
    return {
      checked: promised.size,
      violations: oversold.map(
        ([sku, quantity]) => `${sku}: ${quantity} promised to customers, ${supplied.get(sku) ?? 0} supplied`,
      ),
    };
  },
};
