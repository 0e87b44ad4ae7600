import {
  putReservation,
  ReservationDiffersError,
  type ReservationStore,
} from '@ballast/inventory/simulation';
import type { ReservationDecision, ReservationRequest } from '@ballast/orders/simulation';
import { inBackground } from './background.ts';
import type { Machine } from './machine.ts';
import { overWire, type SimulatedSystem } from './simulated-system.ts';

const sweepEveryMs = 250;
const sweepBatch = 10;

/** The inventory service on one machine: the real use case and a store that behaves like the real one, without HTTP. */
export function inventoryService(system: SimulatedSystem, machine: Machine) {
  const store: ReservationStore = overWire<ReservationStore>(system.databases.inventory, (act) =>
    machine.call(system.inventoryDatabase, system.wire, act),
  );

  return {
    /** `PUT /v1/reservations/{orderId}`, and what the client in orders makes of its answer. */
    async put({ orderId, items, status }: ReservationRequest): Promise<ReservationDecision> {
      const reservation = await putReservation(store, orderId, { items, status }).catch(asAnswer);
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

/** An answer of the service is no failure of the call. */
function asAnswer(error: unknown): never {
  if (error instanceof ReservationDiffersError) throw Object.assign(error, { isFailure: false });
  throw error;
}
