import { randomBytes, randomUUID } from 'node:crypto';
import { urls } from './stack.ts';

export interface PlacedOrder {
  readonly status: number;
  readonly tookMs: number;
  /** The id of the order's trace. */
  readonly traceId: string;
  readonly retryAfter: string | null;
  body: {
    readonly id: string;
    readonly status: string;
    readonly degraded: boolean;
    readonly recommendations: { source: string; ageMs?: number; items: { sku: string }[] };
  };
}

const answerWithinMs = 5000;

/** Places an order whose trace is sampled, under an id that we choose. A broken connection is status 0. */
export async function placeOrder(customerId = 'c-compose'): Promise<PlacedOrder> {
  // The collector keeps a tenth of the unremarkable traces, by their ids; this id is among those that are kept.
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

/** Sets the rate of the load generator, so that metrics move and breakers see calls. */
export async function setTraffic(ordersPerSecond: number, readsPerSecond: number): Promise<void> {
  const response = await fetch(`${urls.loadGenerator}/rate`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ordersPerSecond, readsPerSecond }),
  });
  if (!response.ok) throw new Error(`the load generator answered ${response.status}`);
}
