/** The decisions of this service without its transport and database, for simulations. */
export { type MemoryReservations, type MemoryStock, memoryReservations } from './db/memory-reservations.ts';
export { putReservation, type ReservationWish } from './use-cases/put-reservation.ts';
export { releaseReservation } from './use-cases/release-reservation.ts';
export {
  type Line,
  type Refusal,
  type Reservation,
  ReservationDiffersError,
  type ReservationStore,
} from './use-cases/reservation.ts';
