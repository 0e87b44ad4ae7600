/** The decisions of this service without its transport and database, for simulations. */

export { putReservation, type ReservationRequest } from '../src/use-cases/put-reservation.ts';
export { releaseReservation } from '../src/use-cases/release-reservation.ts';
export {
  type Line,
  type RejectionReason,
  type Reservation,
  ReservationDiffersError,
  type ReservationStore,
} from '../src/use-cases/reservation.ts';
export { type MemoryReservations, type MemoryStock, memoryReservations } from './memory-reservations.ts';
