import {
  canonicalLines,
  type Line,
  type Reservation,
  ReservationDiffersError,
  type ReservationStore,
  sameLines,
} from './reservation.ts';

/** What the caller wants an order's reservation to be. */
export interface ReservationRequest {
  items: Line[];
  status: 'reserved' | 'confirmed';
}

// A round without an answer has seen another caller change the reservation.
const maxRounds = 5;

/**
 * Decides once per order and repeats that answer: asking again, late or twice at once, changes nothing.
 *
 * @throws {ReservationDiffersError} when the order was decided for other items.
 */
export async function putReservation(
  store: ReservationStore,
  orderId: string,
  request: ReservationRequest,
): Promise<Reservation> {
  const items = canonicalLines(request.items);
  for (let round = 1; round <= maxRounds; round++) {
    const reservation = await advance(store, orderId, { ...request, items });
    if (reservation) return reservation;
  }
  throw new Error(`reservation of order ${orderId} kept changing for ${maxRounds} rounds`);
}

async function advance(store: ReservationStore, orderId: string, { items, status }: ReservationRequest) {
  if (status === 'confirmed') {
    const confirmed = await store.confirm(orderId, items);
    if (confirmed) return confirmed;
  }
  const current = (await store.decide(orderId, items)) ?? (await store.find(orderId));
  if (!current || current.status === 'expired') return undefined;
  if (!sameLines(current.items, items) && current.status !== 'released') throw new ReservationDiffersError();
  if (current.status !== 'reserved') return current;
  if (current.isOverdue) {
    await store.expire({ orderId, limit: 1 });
    return undefined;
  }
  return status === 'reserved' ? current : undefined;
}
