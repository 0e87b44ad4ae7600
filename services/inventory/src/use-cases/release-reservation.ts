import type { Reservation, ReservationStore } from './reservation.ts';

const maxRounds = 5;

/**
 * Gives the stock back, or makes sure that none will be held: a reservation that arrives after its release is
 * rejected. What was confirmed stays confirmed.
 */
export async function releaseReservation(store: ReservationStore, orderId: string): Promise<Reservation> {
  for (let round = 1; round <= maxRounds; round++) {
    const reservation = await store.release(orderId);
    if (reservation && reservation.status !== 'reserved' && reservation.status !== 'expired')
      return reservation;
  }
  throw new Error(`reservation of order ${orderId} kept changing for ${maxRounds} rounds`);
}
