import { expect, test } from 'vitest';
import { type PlacedOrder, placeOrder } from './place-order.ts';
import { createResendBudget } from './resend-budget.ts';
import type { Reply, ShopClient, ShopRequest } from './shop-client.ts';

const confirmed: Reply = {
  kind: 'answer',
  status: 201,
  body: { id: 'o-1', total: 19.9, recommendations: { source: 'cached', ageMs: 42_000, items: [] } },
};
const unknown: Reply = { kind: 'unknown', code: 'timeout' };

function shopThatReplies(...replies: Reply[]): { client: ShopClient; requests: ShopRequest[] } {
  const requests: ShopRequest[] = [];
  const send = async (request: ShopRequest): Promise<Reply> => {
    requests.push(request);
    return replies[Math.min(requests.length, replies.length) - 1] as Reply;
  };
  return { client: { send }, requests };
}

const place = (client: ShopClient, budget = createResendBudget()): Promise<PlacedOrder> =>
  placeOrder(
    { customerId: 'ada', items: [{ sku: 'A', quantity: 1 }] },
    { client, budget, random: () => 0, onReply: () => {} },
  );

test('a confirmed order tells how good its recommendations were', async () => {
  const { client } = shopThatReplies(confirmed);
  const expected = { outcome: 'cached', ageMs: 42_000, id: 'o-1', total: 19.9, status: 201, attempts: 1 };
  expect(await place(client)).toMatchObject(expected);
});

test('an unknown outcome is asked for again with the same key and the same trace', async () => {
  const { client, requests } = shopThatReplies(unknown, unknown, confirmed);
  expect(await place(client)).toMatchObject({ outcome: 'cached', attempts: 3 });
  expect(new Set(requests.map(({ headers }) => headers?.['idempotency-key'])).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers?.traceparent)).size).toBe(1);
});

test('what stays unknown ends as failed after three attempts', async () => {
  const { client, requests } = shopThatReplies(unknown);
  expect(await place(client)).toMatchObject({ outcome: 'failed', status: 0, code: 'timeout' });
  expect(requests).toHaveLength(3);
});

test.each<[string, Reply]>([
  ['a refused order', { kind: 'answer', status: 503, body: { code: 'overloaded' } }],
  ['a conflict', { kind: 'answer', status: 409, body: { code: 'insufficient-stock' } }],
  ['no connection', { kind: 'unreachable', code: 'ECONNREFUSED' }],
])('%s is not sent again', async (_, reply) => {
  const { client, requests } = shopThatReplies(reply);
  await place(client);
  expect(requests).toHaveLength(1);
});

test('many customers send only one order in ten again', async () => {
  const { client, requests } = shopThatReplies(unknown);
  const budget = createResendBudget();
  for (let order = 0; order < 1000; order += 1) await place(client, budget);
  expect(requests.length - 1000).toBeLessThanOrEqual(0.1 * 1000 + 10);
  expect(requests.length - 1000).toBeGreaterThan(50);
});
