import { type HttpCallContext, type HttpClient, UpstreamError } from '@ballast/service-kit';
import { z } from 'zod';
import {
  type InventoryRequest,
  type ReservationDecision,
  StockBusyError,
} from '../use-cases/ask-inventory.ts';

const answer = z.object({ status: z.enum(['reserved', 'confirmed']) });
const rejection = z.enum(['insufficient-stock', 'unknown-sku', 'reservation-released']);

/** Inventory's API for reservations, as orders uses it. */
export async function callReservations(
  client: HttpClient,
  { orderId, ...body }: InventoryRequest,
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
function decisionIn(cause: unknown): ReservationDecision {
  const { reason: code, retryAfterMs = 1000 } = cause instanceof UpstreamError ? cause : {};
  if (code === 'stock-busy' || code === 'contended') throw new StockBusyError({ retryAfterMs, cause });
  if (code === 'reservation-confirmed') return { status: 'confirmed' };
  const reason = rejection.safeParse(code);
  if (reason.success) return { status: 'rejected', reason: reason.data };
  throw cause;
}
