import type { CallOptions } from '@ballast/resilience';
import type { OrderDraft, OrderLine, OrderState, RejectionReason } from './order.ts';

/** What orders asks of inventory: bring this order's reservation to this status. */
export interface ReservationRequest {
  orderId: string;
  items: Pick<OrderLine, 'sku' | 'quantity'>[];
  status: 'reserved' | 'confirmed';
}

/** What orders asks of inventory when an order is cancelled: hold nothing for it, now and later. */
export interface ReservationRelease {
  readonly orderId: string;
  readonly status: 'released';
}

/** What inventory decided, the same however often it is asked. */
export type ReservationDecision =
  | { status: 'reserved' | 'confirmed' | 'released' }
  | { status: 'rejected'; reason: RejectionReason };

/**
 * The guarded call; it throws when inventory can't be asked. There is no degraded answer, because a guess could sell
 * what is not there.
 */
export type AskInventory = (
  request: ReservationRequest,
  options: CallOptions,
) => Promise<{ value: ReservationDecision }>;

/** The guarded call that gives an order's stock back; `confirmed` when it was sold before. */
export type ReleaseReservation = (
  request: ReservationRelease,
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
  if (decision.status === 'rejected') return { status: 'rejected', reason: reasonOf(decision) };
  if (decision.status === 'confirmed') return { status: 'confirmed' };
  throw new Error(`inventory answered "${decision.status}" when asked to confirm`);
}

// Only a cancellation releases a reservation. If it died before it could settle its order, this one does it.
function reasonOf({ reason }: { reason: RejectionReason }): RejectionReason {
  return reason === 'reservation-released' ? 'cancelled' : reason;
}
