import {
  putReservation,
  ReservationDiffersError,
  type ReservationStore,
} from '@ballast/inventory/simulation';
import type { ReservationDecision, ReservationRequest } from '@ballast/orders/simulation';
import { inBackground } from './background.ts';
import type { Machine } from './machine.ts';
import { overWire, type Site } from './site.ts';

const sweepEveryMs = 250;
const sweepBatch = 10;

/** The inventory service on one machine: the real use case, the real promises of its store, no HTTP. */
export function inventoryService(site: Site, machine: Machine) {
  const store: ReservationStore = overWire<ReservationStore>(site.databases.inventory, (act) =>
    machine.call(site.inventoryDatabase, site.wire, act),
  );

  return {
    /** `PUT /v1/reservations/{orderId}`, and what the client in orders makes of its answer. */
    async put({ orderId, items, status }: ReservationRequest): Promise<ReservationDecision> {
      const reservation = await putReservation(store, orderId, { items, status }).catch(refuse);
      if (reservation.status === 'reserved' || reservation.status === 'confirmed')
        return { status: reservation.status };
      return { status: 'rejected', reason: reservation.reason ?? 'reservation-released' };
    },
    start() {
      inBackground(
        machine,
        sweepEveryMs,
        async () => (await store.expire({ limit: sweepBatch })) === sweepBatch,
      );
    },
  };
}

function refuse(error: unknown): never {
  if (error instanceof ReservationDiffersError) throw Object.assign(error, { isFailure: false });
  throw error;
}
