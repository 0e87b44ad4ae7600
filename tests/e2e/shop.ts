import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@ballast/resilience/testing';
import { type EmbeddedDemo, urlOf } from './embedded-demo.ts';

/** Longer than a restart and an open breaker take together, also on a machine with other work. */
export const healingMs = 25_000;

export interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the assertions say what is expected of it
  readonly body: any;
}

const basket = { customerId: 'customer-001', items: [{ sku: 'ROPE-DYNEEMA-6', quantity: 1 }] };

async function post(demo: EmbeddedDemo, key: string): Promise<Answer> {
  const response = await fetch(`${urlOf(demo, 'orders')}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(basket),
    signal: AbortSignal.timeout(5000),
  });
  const replayed = response.headers.get('idempotency-replayed') === 'true';
  return { status: response.status, replayed, body: await response.json() };
}

/**
 * Places an order with that key, always the same one. On a busy machine orders sheds load, which is not what these
 * tests are about, so a shed order is placed again.
 */
export async function placeOrder(demo: EmbeddedDemo, key: string): Promise<Answer> {
  const isShed = ({ status, body }: Answer): boolean => status === 503 && body.code === 'overloaded';
  for (let tries = 0; ; tries += 1) {
    const answer = await post(demo, key);
    if (!isShed(answer) || tries === 20) return answer;
    await delay(250);
  }
}

/** The current status of an order. */
export async function statusOf(demo: EmbeddedDemo, id: string): Promise<string> {
  const response = await fetch(`${urlOf(demo, 'orders')}/v1/orders/${id}`, {
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`the status of ${id} was answered with ${response.status}`);
  return ((await response.json()) as { status: string }).status;
}

/** Places orders until one is confirmed: what failed before this test may still be recovering. */
export async function confirmedOrder(demo: EmbeddedDemo): Promise<{ key: string; id: string }> {
  const place = async () => {
    const key = crypto.randomUUID();
    const { status, body } = await placeOrder(demo, key);
    if (status !== 201) throw new Error(`answered ${status}`);
    return { key, id: body.id };
  };
  return eventually('an order is confirmed', place, { withinMs: healingMs });
}
