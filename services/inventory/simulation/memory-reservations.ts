import type { Clock } from '@ballast/resilience/primitives';
import {
  type Line,
  type Reservation,
  type ReservationStore,
  sameLines,
} from '../src/use-cases/reservation.ts';

/** What is known of one product, as in the table `stock`. */
export interface MemoryStock {
  supplied: number;
  available: number;
  reserved: number;
  sold: number;
}

export interface MemoryReservations extends ReservationStore {
  stock: Map<string, MemoryStock>;
  /** All that ever were, in order; the last one of an order counts. */
  reservations: Omit<Reservation, 'isOverdue'>[];
}

/** The same promises as `reservationsIn`, kept in memory for the simulation: same tests, no database. */
export function memoryReservations(options: {
  readonly supply: Readonly<Record<string, number>>;
  readonly ttlMs: number;
  readonly clock: Pick<Clock, 'now'>;
}): MemoryReservations {
  const stock = new Map(
    Object.entries(options.supply).map(([sku, n]) => [
      sku,
      { supplied: n, available: n, reserved: 0, sold: 0 },
    ]),
  );
  const reservations: Omit<Reservation, 'isOverdue'>[] = [];
  const endedAtMs = new Map<object, number>();
  const latest = (orderId: string) => reservations.findLast((reservation) => reservation.orderId === orderId);
  const isOverdue = ({ status, expiresAt }: Omit<Reservation, 'isOverdue'>) =>
    status === 'reserved' && expiresAt.getTime() <= options.clock.now();
  const copy = (reservation: Omit<Reservation, 'isOverdue'> | undefined) =>
    reservation && { ...structuredClone(reservation), isOverdue: isOverdue(reservation) };

  function add(orderId: string, items: Line[], status: Reservation['status'], reason: Reservation['reason']) {
    const expiresAt = new Date(options.clock.now() + options.ttlMs);
    const reservation = { orderId, items: structuredClone(items), status, reason, expiresAt };
    reservations.push(reservation);
    if (status !== 'reserved') endedAtMs.set(reservation, options.clock.now());
    return reservation;
  }

  function move({ items }: { items: Line[] }, from: 'available' | 'reserved', to: keyof MemoryStock) {
    for (const { sku, quantity } of items) {
      const row = stock.get(sku) as MemoryStock;
      row[from] -= quantity;
      row[to] += quantity;
    }
  }

  function end(reservation: Omit<Reservation, 'isOverdue'>, status: 'confirmed' | 'released' | 'expired') {
    reservation.status = status;
    endedAtMs.set(reservation, options.clock.now());
    move(reservation, 'reserved', status === 'confirmed' ? 'sold' : 'available');
    return reservation;
  }

  function rejectionReasonOf(items: Line[]) {
    if (items.some(({ sku }) => !stock.has(sku))) return 'unknown-sku';
    return items.some(({ sku, quantity }) => (stock.get(sku)?.available ?? 0) < quantity)
      ? 'insufficient-stock'
      : null;
  }

  return {
    stock,
    reservations,
    async decide(orderId, items) {
      const known = latest(orderId);
      if (known && known.status !== 'expired') return undefined;
      const reason = rejectionReasonOf(items);
      const decided = add(orderId, items, reason ? 'refused' : 'reserved', reason);
      if (!reason) move(decided, 'available', 'reserved');
      return copy(decided);
    },
    async find(orderId) {
      return copy(latest(orderId));
    },
    async list({ after = '', limit }) {
      const ids = [...new Set(reservations.map(({ orderId }) => orderId))].filter((id) => id > after).sort();
      return ids.slice(0, limit).map((id) => copy(latest(id)) as Reservation);
    },
    async confirm(orderId, items) {
      const held = latest(orderId);
      const fits = held?.status === 'reserved' && !isOverdue(held) && sameLines(held.items, items);
      return fits ? copy(end(held, 'confirmed')) : undefined;
    },
    async release(orderId) {
      const known = latest(orderId);
      if (known?.status === 'reserved') return copy(end(known, 'released'));
      return copy(known && known.status !== 'expired' ? known : add(orderId, [], 'released', null));
    },
    async expire({ orderId, limit }) {
      const overdue = reservations
        .filter(
          (reservation) => isOverdue(reservation) && (orderId ?? reservation.orderId) === reservation.orderId,
        )
        .slice(0, limit);
      for (const reservation of overdue) end(reservation, 'expired');
      return overdue.length;
    },
    async forget({ keepMs, limit }) {
      const endedBeforeMs = options.clock.now() - keepMs;
      const forgotten = [...endedAtMs].filter(([, atMs]) => atMs <= endedBeforeMs).slice(0, limit);
      for (const [reservation] of forgotten) {
        endedAtMs.delete(reservation);
        reservations.splice(reservations.indexOf(reservation as Omit<Reservation, 'isOverdue'>), 1);
      }
      return forgotten.length;
    },
  };
}
