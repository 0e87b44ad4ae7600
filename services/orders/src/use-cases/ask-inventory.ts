import type { CallOptions } from '@ballast/resilience';
import type { OrderDraft, OrderLine, OrderState, RejectionReason } from './order.ts';

/** What orders asks of inventory: bring this order's reservation to this status. */
export interface ReservationRequest {
  orderId: string;
  items: Pick<OrderLine, 'sku' | 'quantity'>[];
  status: 'reserved' | 'confirmed';
}

/** What inventory decided, the same however often it is asked. */
export type ReservationDecision =
  | { status: 'reserved' | 'confirmed' }
  | { status: 'rejected'; reason: RejectionReason };

/**
 * The guarded call; it throws when inventory can't be asked. There is no degraded answer, because a guess could sell
 * what is not there.
 */
export type AskInventory = (
  request: ReservationRequest,
  options: CallOptions,
) => Promise<{ value: ReservationDecision }>;

/** Reserves, then confirms. Safe to repeat and to run twice at once: inventory decides once per order. */
export async function askInventory(
  ask: AskInventory,
  { id, items }: OrderDraft,
  options: CallOptions,
): Promise<OrderState> {
  const lines = items.map(({ sku, quantity }) => ({ sku, quantity }));
  const reservation = await ask({ orderId: id, items: lines, status: 'reserved' }, options);
  if (reservation.value.status !== 'reserved') return stateOf(reservation.value);
  const confirmation = await ask({ orderId: id, items: lines, status: 'confirmed' }, options);
  return stateOf(confirmation.value);
}

function stateOf(decision: ReservationDecision): OrderState {
  if (decision.status === 'rejected') return decision;
  if (decision.status === 'confirmed') return { status: 'confirmed' };
  throw new Error('inventory answered "reserved" when asked to confirm');
}
