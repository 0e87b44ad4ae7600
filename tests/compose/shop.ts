import { randomBytes, randomUUID } from 'node:crypto';
import { urls } from './stack.ts';

export interface PlacedOrder {
  status: number;
  tookMs: number;
  /** Under which the order's trace is found. */
  traceId: string;
  retryAfter: string | null;
  body: {
    id: string;
    status: string;
    degraded: boolean;
    recommendations: { source: string; ageMs?: number; items: { sku: string }[] };
  };
}

const answerWithinMs = 5000;

/** Places an order whose trace is sampled, under an id that we choose. A broken connection is status 0. */
export async function placeOrder(customerId = 'c-compose'): Promise<PlacedOrder> {
  // Random within the tenth that the collector keeps of what is unremarkable, so that each trace can be asked for.
  const traceId = `${randomBytes(9).toString('hex')}ff${randomBytes(6).toString('hex')}`;
  const begin = performance.now();
  const response = await fetch(`${urls.orders}/v1/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    },
    body: JSON.stringify({ customerId, items: [{ sku: 'MUG-ENAMEL', quantity: 1 }] }),
    signal: AbortSignal.timeout(answerWithinMs),
  }).catch(() => new Response('{}', { status: 599 }));
  const body = (await response.json()) as PlacedOrder['body'];
  const tookMs = performance.now() - begin;
  return { status: response.status, tookMs, traceId, retryAfter: response.headers.get('retry-after'), body };
}

export async function readOrder(id: string): Promise<{ status: string }> {
  const response = await fetch(`${urls.orders}/v1/orders/${id}`);
  return (await response.json()) as { status: string };
}

/** How often the load generator asks, so that metrics move and breakers see calls. */
export async function setTraffic(ordersPerSecond: number, readsPerSecond: number): Promise<void> {
  const response = await fetch(`${urls.loadGenerator}/rate`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ordersPerSecond, readsPerSecond }),
  });
  if (!response.ok) throw new Error(`the load generator answered ${response.status}`);
}
