import { setTimeout as delay } from 'node:timers/promises';
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
 * Places an order with that key, always of the same content. A busy machine makes orders shed load, which no test here
 * is about, so that one refusal is obeyed.
 */
export async function placeOrder(demo: EmbeddedDemo, key: string): Promise<Answer> {
  const isShed = ({ status, body }: Answer): boolean => status === 503 && body.code === 'overloaded';
  for (let tries = 0; ; tries += 1) {
    const answer = await post(demo, key);
    if (!isShed(answer) || tries === 20) return answer;
    await delay(250);
  }
}

/** The state of an order as it stands. */
export async function statusOf(demo: EmbeddedDemo, id: string): Promise<string> {
  const response = await fetch(`${urlOf(demo, 'orders')}/v1/orders/${id}`, {
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`the state of ${id} was answered with ${response.status}`);
  return ((await response.json()) as { status: string }).status;
}

/** An order that nothing is wrong with: what failed before this test may still be healing. */
export async function confirmedOrder(demo: EmbeddedDemo): Promise<{ key: string; id: string }> {
  let key = '';
  const place = (): Promise<Answer> => {
    key = crypto.randomUUID();
    return placeOrder(demo, key);
  };
  const { status, body } = await eventually(place, (answer) => answer.status === 201, healingMs);
  if (status !== 201)
    throw new Error(`no order was confirmed within ${healingMs} ms; the last answer was ${status}`);
  return { key, id: body.id };
}

/** Asks again until the answer is the wanted one; the last answer, or error, when it never is. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const late = performance.now() > deadline;
    try {
      const answer = await ask();
      if (isWanted(answer) || late) return answer;
    } catch (error) {
      if (late) throw error;
    }
    await delay(50);
  }
}
