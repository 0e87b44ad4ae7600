import { randomUUID } from 'node:crypto';

type Order = { status: string; recommendations: { source: string } };

export async function placeOrder(url: string): Promise<{ status: number; body: Order }> {
  const response = await fetch(`${url}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ customerId: 'c-kubernetes', items: [{ sku: 'MUG-ENAMEL', quantity: 1 }] }),
    signal: AbortSignal.timeout(5000),
  });
  return { status: response.status, body: (await response.json()) as Order };
}
