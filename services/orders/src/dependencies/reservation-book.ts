import { dependency, standardPolicy } from '@ballast/resilience';
import { type HttpClient, UpstreamError } from '@ballast/service-kit';
import { z } from 'zod';
import type { BookedReservation } from '../use-cases/reconcile.ts';

const reservation = z.object({
  orderId: z.string(),
  status: z.enum(['reserved', 'confirmed', 'refused', 'released', 'expired']),
  items: z.array(z.object({ sku: z.string(), quantity: z.int() })),
  expiresAt: z.iso.datetime().transform((text) => new Date(text)),
});
const one = reservation.transform((found) => [found]);
const many = z.object({ reservations: z.array(reservation) }).transform(({ reservations }) => reservations);
const maxBodyBytes = 16 * 1024 * 1024;

/** Inventory's book, for the reconciler: nobody waits for it, and it gives way to those who have customers. */
export function reservationBookDependency(client: HttpClient) {
  return dependency<{ readonly path: string; readonly isOne: boolean }, BookedReservation[]>({
    name: 'reservation-book',
    policy: standardPolicy({
      deadlineMs: 30_000,
      attemptTimeoutMs: 10_000,
      retry: { maxAttempts: 3, baseDelayMs: 200 },
    }),
    idempotent: true,
    async call({ path, isOne }, ctx) {
      const schema = isOne ? one : many;
      try {
        return await client.json({ method: 'GET', path, schema, ctx, maxBodyBytes });
      } catch (error) {
        if (error instanceof UpstreamError && error.reason === 'unknown-reservation') return [];
        throw error;
      }
    },
  });
}
