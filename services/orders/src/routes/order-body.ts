import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Order, OrderRequest, Recommendations } from '../use-cases/order.ts';

const money = z.number().min(0).describe('Euros, e.g. 19.9; kept as whole cents');
export const sku = z.string().regex(/^[A-Za-z0-9-]{1,40}$/);
export const customerId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
export const orderId = z.uuid();

/** What is posted to place an order. */
export const orderRequest = z
  .strictObject({
    customerId,
    items: z
      .array(z.strictObject({ sku, quantity: z.int().min(1).max(99) }))
      .min(1)
      .max(50),
  })
  .meta({ id: 'OrderRequest', description: 'Lines with the same sku are added up.' });

/** A visible ASCII string the client makes up once per order and repeats with every try. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);

export const recommendationsBody = z
  .object({
    source: z.enum(['live', 'cached', 'default', 'disabled']),
    ageMs: z.number().min(0).optional().describe('How old a cached answer is'),
    items: z.array(z.object({ sku: z.string(), name: z.string() })),
  })
  .meta({ id: 'Recommendations', description: 'You may also like, and how good that advice is.' });

export const orderBody = z
  .object({
    id: orderId,
    status: z.enum(['pending', 'confirmed', 'rejected']),
    reason: z.string().optional().describe('Why it was rejected'),
    customerId: z.string(),
    items: z.array(z.object({ sku: z.string(), quantity: z.int(), unitPrice: money })),
    total: money,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Order' });

export const placedOrderBody = orderBody
  .extend({
    recommendations: recommendationsBody,
    degraded: z.boolean().describe('Something in this answer is less than live'),
  })
  .meta({ id: 'PlacedOrder' });

/** An order as JSON. */
export function toOrderBody({
  id,
  status,
  reason,
  customerId,
  items,
  totalCents,
  createdAt,
}: Order): z.input<typeof orderBody> {
  return {
    id,
    status,
    ...(reason && { reason }),
    customerId,
    items: items.map(({ sku, quantity, unitPriceCents }) => ({
      sku,
      quantity,
      unitPrice: unitPriceCents / 100,
    })),
    total: totalCents / 100,
    createdAt: createdAt.toISOString(),
  };
}

/** An order with its recommendations as JSON. */
export function toPlacedOrderBody(order: Order, recommendations: Recommendations) {
  const isGuess = recommendations.source === 'cached' || recommendations.source === 'default';
  return { ...toOrderBody(order), recommendations, degraded: isGuess || order.status === 'pending' };
}

/** Equal for equal texts, once parsing has put the keys in one order. Versions before ADR 0033 compare it. */
export function fingerprintOf(request: OrderRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}
