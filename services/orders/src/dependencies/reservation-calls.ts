import { type HttpCallContext, type HttpClient, UpstreamError } from '@ballast/service-kit';
import { z } from 'zod';
import type {
  ReservationDecision,
  ReservationRelease,
  ReservationRequest,
} from '../use-cases/ask-inventory.ts';

const answer = z.object({ status: z.enum(['reserved', 'confirmed']) });
const rejection = z.enum(['insufficient-stock', 'unknown-sku', 'reservation-released']);

/** Inventory's API for reservations, as orders uses it. */
export async function callReservations(
  client: HttpClient,
  { orderId, ...body }: ReservationRequest | ReservationRelease,
  ctx: HttpCallContext,
): Promise<ReservationDecision> {
  const path = `/v1/reservations/${orderId}`;
  try {
    if (body.status !== 'released') {
      return await client.json({ method: 'PUT', path, body, schema: answer, ctx });
    }
    await client.json({ method: 'DELETE', path, schema: z.undefined(), ctx });
    return { status: 'released' };
  } catch (error) {
    return decisionIn(error);
  }
}

// Some error answers are decisions.
function decisionIn(error: unknown): ReservationDecision {
  const code = error instanceof UpstreamError && error.reason;
  if (code === 'reservation-confirmed') return { status: 'confirmed' };
  const reason = rejection.safeParse(code);
  if (reason.success) return { status: 'rejected', reason: reason.data };
  throw error;
}
