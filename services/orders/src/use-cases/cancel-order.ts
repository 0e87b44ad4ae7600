import type { CallOptions } from '@ballast/resilience';
import type { ReleaseReservation } from './ask-inventory.ts';
import type { Order, OrderStore } from './order.ts';

/** The order ended in another way: it was confirmed, or rejected for a reason of its own. */
export class OrderSettledError extends Error {
  override readonly name = 'OrderSettledError';
  readonly code = 'E_ORDER_SETTLED';
  readonly order: Order;
  constructor(order: Order) {
    super(`order ${order.id} is ${order.status}${order.reason ? ` (${order.reason})` : ''}`);
    this.order = order;
  }
}

/**
 * Cancels a pending order. Inventory is asked first, because it decides once per order: after its release nothing can
 * be sold for this order any more, whoever asks, and what it has sold before stays sold. If this process dies in
 * between, the relay hears the same decision and settles the order in the same way. Safe to repeat.
 *
 * @returns the cancelled order; `undefined` when there is none with this id.
 * @throws {OrderSettledError} when the order ended in another way.
 * @throws what the guarded call throws when inventory is away: then the order is pending as before.
 */
export async function cancelOrder(
  { orders, release }: { orders: Pick<OrderStore, 'find' | 'settle'>; release: ReleaseReservation },
  orderId: string,
  options: CallOptions,
): Promise<Order | undefined> {
  const order = await orders.find(orderId);
  if (order?.status !== 'pending') return order && cancelledOrThrow(order);
  const { value } = await release({ orderId, status: 'released' }, options);
  const isSold = value.status === 'confirmed';
  await orders.settle(
    orderId,
    isSold ? { status: 'confirmed' } : { status: 'rejected', reason: 'cancelled' },
  );
  // Read again: request or relay may have settled it first.
  const settled = await orders.find(orderId);
  return settled && cancelledOrThrow(settled);
}

function cancelledOrThrow(order: Order): Order {
  if (order.reason === 'cancelled' || order.reason === 'reservation-released') return order;
  throw new OrderSettledError(order);
}
