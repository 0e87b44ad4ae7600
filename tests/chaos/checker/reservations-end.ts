import type { OrderRow, ReservationRow } from './final-state.ts';
import { sameLines } from './order-lines.ts';
import type { Invariant } from './verdict.ts';

export const reservationsEnd: Invariant = {
  id: 'I6',
  title: 'reservations end exactly once, and as their order says',
  examine(_operations, { orders, reservations }) {
    const confirmed = new Map(
      reservations
        .filter(({ status }) => status === 'confirmed')
        .map((reservation) => [reservation.orderId, reservation]),
    );
    const orderById = new Map(orders.map((order) => [order.id, order]));
    return {
      checked: reservations.length,
      violations: [
        ...reservations.flatMap((reservation) => ending(reservation, orderById.get(reservation.orderId))),
        ...orders.flatMap((order) => backing(order, confirmed.get(order.id))),
      ],
    };
  },
};

function ending(
  { orderId, status, heldPieces, endedPieces }: ReservationRow,
  order: OrderRow | undefined,
): string[] {
  const name = `reservation of order ${orderId}`;
  if (status === 'reserved') return [`${name} still holds stock after the quiet period`];
  if (heldPieces !== endedPieces)
    return [`${name} booked ${heldPieces} pieces and ended with ${endedPieces}`];
  // An order that is missing altogether is a phantom, and reported as one.
  if (status === 'confirmed' && order !== undefined && order.status !== 'confirmed')
    return [`${name} is sold, but the order is ${order.status}`];
  return [];
}

function backing(order: OrderRow, reservation: ReservationRow | undefined): string[] {
  if (order.status !== 'confirmed') return [];
  if (reservation === undefined) return [`order ${order.id} is confirmed without a confirmed reservation`];
  if (!sameLines(order.items, reservation.items))
    return [`order ${order.id} and its reservation hold different items`];
  return [];
}
