/** This service without its transport and database, for simulations. */

export { type WiringOptions, wireInventory } from '../src/app.ts';
export type { ReservationStore } from '../src/use-cases/reservation.ts';
export { memoryProducts } from './memory-products.ts';
export { type MemoryReservations, type MemoryStock, memoryReservations } from './memory-reservations.ts';
