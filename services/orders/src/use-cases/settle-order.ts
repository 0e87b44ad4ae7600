import type { CallOptions } from '@ballast/resilience';
import { type AskInventory, askInventory } from './ask-inventory.ts';
import type { Order, OrderStore } from './order.ts';

/** Settles an order that was answered as pending: asks inventory again and mirrors its decision. Safe to repeat. */
export async function settleOrder(
  shop: { orders: Pick<OrderStore, 'settle'>; inventory: AskInventory },
  order: Order,
  options: CallOptions,
): Promise<void> {
  if (order.status !== 'pending') return;
  const state = await askInventory(shop.inventory, order, options);
  await shop.orders.settle(order.id, state);
}
