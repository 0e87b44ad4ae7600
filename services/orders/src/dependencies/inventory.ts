import { dependency, standardPolicy } from '@ballast/resilience';
import { type HttpClient, UpstreamError } from '@ballast/service-kit';
import { z } from 'zod';
import type { Timing } from '../environment.ts';
import type { ReservationDecision, ReservationRequest } from '../use-cases/ask-inventory.ts';

const answer = z.object({ status: z.enum(['reserved', 'confirmed']) });
const refusal = z.enum(['insufficient-stock', 'unknown-sku', 'reservation-released']);

/** Stock: required. There is nothing to degrade to, because a guess would sell what is not there. */
export function inventoryDependency(client: HttpClient, timing: Timing) {
  return dependency<ReservationRequest, ReservationDecision>({
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
    ...timing,
    async call({ orderId, ...body }, ctx) {
      const path = `/v1/reservations/${orderId}`;
      try {
        return await client.json({ method: 'PUT', path, body, schema: answer, ctx });
      } catch (error) {
        const reason = refusal.safeParse(error instanceof UpstreamError && error.reason);
        if (reason.success) return { status: 'rejected', reason: reason.data };
        throw error;
      }
    },
  });
}
