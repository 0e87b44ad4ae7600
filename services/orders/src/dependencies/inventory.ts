import { dependency, standardPolicy } from '@ballast/resilience';
import type { HttpClient } from '@ballast/service-kit';
import type {
  ReservationDecision,
  ReservationRelease,
  ReservationRequest,
} from '../use-cases/ask-inventory.ts';
import { callReservations } from './reservation-calls.ts';

/** Stock: required. There is nothing to degrade to, because a guess would sell what is not there. */
export function inventoryDependency(client: HttpClient) {
  return dependency<ReservationRequest | ReservationRelease, ReservationDecision>({
    name: 'inventory',
    // Short windows and short open times: an order is settled later anyway, so finding out soon costs little.
    policy: standardPolicy({
      deadlineMs: 800,
      attemptTimeoutMs: 400,
      bulkhead: { maxConcurrent: 64, maxQueue: 64, queueTimeoutMs: 100 },
      retry: { maxAttempts: 2, baseDelayMs: 25 },
      breaker: { windowMs: 1000, minCalls: 5, openMs: 1000, maxOpenMs: 3000 },
    }),
    idempotent: true,
    call: (request, ctx) => callReservations(client, request, ctx),
  });
}
