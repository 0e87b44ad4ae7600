import { describeRoute, problem } from '@ballast/service-kit';
import { z } from 'zod';
import { CatalogueEmptyError, UnknownSkuError } from '../use-cases/catalogue.ts';
import { IdempotencyKeyReusedError, RequestInFlightError } from '../use-cases/idempotency.ts';
import type { PlacedOrder } from '../use-cases/order.ts';
import { placeOrder, type Shop } from '../use-cases/place-order.ts';
import {
  fingerprintOf,
  idempotencyKey,
  orderRequest,
  placedOrderBody,
  toPlacedOrderBody,
} from './order-body.ts';

const replyHeaders = z.object({
  Location: z.string().describe('Where the order can be read'),
  'Idempotency-Replayed': z
    .literal('true')
    .optional()
    .describe('The key was used before: this is its order as it stands, with its first recommendations'),
});

/** `POST /v1/orders` */
export function placeOrderRoute(shop: Shop) {
  return describeRoute({
    method: 'post',
    path: '/v1/orders',
    name: 'placeOrder',
    summary: 'Places an order, once per Idempotency-Key',
    priority: 'critical',
    headers: z.object({ 'idempotency-key': idempotencyKey }),
    body: orderRequest,
    responses: {
      201: {
        description: 'Confirmed: stock is sold to this order',
        schema: placedOrderBody,
        headers: replyHeaders,
      },
      202: {
        description: 'Accepted: it is settled as soon as inventory can be asked; follow GET /v1/orders/{id}',
        schema: placedOrderBody,
        headers: replyHeaders,
      },
    },
    problems: {
      409: 'insufficient-stock, cancelled by an operator, or request-in-flight while the first request with this key is at work',
      422: 'idempotency-key-reused with another body, or unknown-sku',
      503: 'overloaded, database-unavailable, contended, dependency-unavailable or catalogue-unavailable. Something may have been stored: repeat with the same key',
      504: 'No answer was ready before the deadline. Something may have been stored: repeat with the same key',
    },
    async handle({ body: request, headers, context }) {
      const key = { key: headers['idempotency-key'], fingerprint: fingerprintOf(request) };
      return answer(await placeOrder(shop, { request, key }, context).catch(throwProblem));
    },
  });
}

function answer({ order, recommendations, isReplay }: PlacedOrder) {
  const headers: Record<string, string> = isReplay ? { 'Idempotency-Replayed': 'true' } : {};
  if (order.status === 'rejected') {
    const status = order.reason === 'unknown-sku' ? 422 : 409;
    throw problem(status, order.reason, `Order ${order.id} was rejected`, { headers });
  }
  const body = toPlacedOrderBody(order, recommendations);
  const location = { ...headers, Location: `/v1/orders/${order.id}` };
  if (order.status === 'pending') return { status: 202 as const, body, headers: location };
  return { status: 201 as const, body, headers: location };
}

function throwProblem(cause: unknown): never {
  if (cause instanceof UnknownSkuError) throw problem(422, 'unknown-sku', `There is no product ${cause.sku}`);
  if (cause instanceof CatalogueEmptyError) {
    throw problem(503, 'catalogue-unavailable', 'No price is known yet', { retryAfterMs: 1000, cause });
  }
  if (cause instanceof IdempotencyKeyReusedError) {
    throw problem(422, 'idempotency-key-reused', 'This Idempotency-Key belongs to another request');
  }
  if (cause instanceof RequestInFlightError) {
    const { retryAfterMs } = cause;
    throw problem(409, 'request-in-flight', 'The first request with this key is still at work', {
      retryAfterMs,
    });
  }
  throw cause;
}
