import { sql } from '@ballast/service-kit';
import { resilienceReport } from '@ballast/service-kit/resilience-report';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flagsWith, mug, type Orders, startOrders, unprotected } from './service.ts';

let orders: Orders;
beforeAll(async () => {
  orders = await startOrders({}, flagsWith(unprotected));
});
afterAll(() => orders.close());

const key = { 'idempotency-key': 'bad' };
const bodyWithQuantity = (quantity: string) =>
  `{"customerId":"ida","items":[{"sku":"MUG-ENAMEL","quantity":${quantity}}]}`;
const good = { customerId: 'ida', items: [mug] };

it.each<[string, string, string, unknown, Record<string, string>, number]>([
  ['malformed JSON', 'POST', '/v1/orders', '{"customerId":', key, 400],
  ['a body of 1 MB', 'POST', '/v1/orders', `{"customerId":"${'x'.repeat(1024 * 1024)}"}`, key, 413],
  ['another media type', 'POST', '/v1/orders', 'a=b', { ...key, 'content-type': 'text/plain' }, 415],
  ['no key', 'POST', '/v1/orders', good, {}, 400],
  ['an empty key', 'POST', '/v1/orders', good, { 'idempotency-key': '' }, 400],
  ['a key with a space', 'POST', '/v1/orders', good, { 'idempotency-key': 'a b' }, 400],
  ['a key of 256 characters', 'POST', '/v1/orders', good, { 'idempotency-key': 'k'.repeat(256) }, 400],
  ['a quantity of -1', 'POST', '/v1/orders', bodyWithQuantity('-1'), key, 400],
  ['a quantity of 0', 'POST', '/v1/orders', bodyWithQuantity('0'), key, 400],
  ['a quantity of 100', 'POST', '/v1/orders', bodyWithQuantity('100'), key, 400],
  ['a quantity of 1e309', 'POST', '/v1/orders', bodyWithQuantity('1e309'), key, 400],
  ['a quantity as text', 'POST', '/v1/orders', bodyWithQuantity('"1"'), key, 400],
  ['no items', 'POST', '/v1/orders', { customerId: 'ida', items: [] }, key, 400],
  ['51 lines', 'POST', '/v1/orders', { customerId: 'ida', items: Array(51).fill(mug) }, key, 400],
  ['an unknown field', 'POST', '/v1/orders', { ...good, total: 0 }, key, 400],
  [
    '__proto__',
    'POST',
    '/v1/orders',
    `{"customerId":"ida","items":[],"__proto__":{"items":[${JSON.stringify(mug)}]}}`,
    key,
    400,
  ],
  [
    'an unknown product',
    'POST',
    '/v1/orders',
    { customerId: 'ida', items: [{ sku: 'NO-SUCH', quantity: 1 }] },
    key,
    422,
  ],
  ['an order id that is none', 'GET', '/v1/orders/1', undefined, {}, 400],
  ['a deadline that is none', 'POST', '/v1/orders', good, { ...key, 'x-deadline-ms': 'soon' }, 400],
  ['an unknown route', 'GET', '/v1/nothing', undefined, {}, 404],
  ['a wrong method', 'DELETE', '/v1/orders', undefined, {}, 405],
])('answers %s with a problem and stores nothing', async (_what, method, path, body, headers, status) => {
  const reply = await orders.send(method, path, body, headers);
  expect(reply).toMatchObject({ status, body: { status } });
  expect(reply.headers.get('content-type')).toMatch('application/problem+json');
  expect(JSON.stringify(reply.body)).not.toMatch(/node_modules|at .*\.ts/);
  expect(await orders.count(sql`orders`)).toBe(0);
  expect(await orders.count(sql`idempotency_keys`)).toBe(0);
  expect(await orders.count(sql`outbox`)).toBe(0);
});

it('names the methods a path has', async () => {
  expect((await orders.send('DELETE', '/v1/orders')).headers.get('allow')).toBe('POST');
});

it('looks for an unknown product at inventory, but not once per request', async () => {
  const before = orders.inventory.requests.length;
  const typo = { items: [{ sku: 'TYPO', quantity: 1 }] };
  await Promise.all(Array.from({ length: 20 }, () => orders.place(typo)));
  expect(orders.inventory.requests.length - before).toBeLessThanOrEqual(2);
});

it('describes itself', async () => {
  const { body } = await orders.send('GET', '/openapi.json');
  expect(Object.keys(body.paths).sort()).toEqual([
    '/resilience',
    '/v1/orders',
    '/v1/orders/{id}',
    '/v1/orders/{id}/story',
    '/v1/recommendations',
  ]);
  expect(Object.keys(body.paths['/v1/orders'].post.responses)).toEqual(
    expect.arrayContaining(['201', '202', '400', '409', '422', '503']),
  );
});

it('shows the state of its policies, of its cache and of its flags as the schema of the report says', async () => {
  const { body } = await orders.send('GET', '/resilience');
  // The schema drops what it does not know: an equal result shows that it describes all of it.
  expect(resilienceReport.parse(body)).toEqual(body);
  expect([body.cache.length, body.dependencies.length]).toEqual([1, 5]);
});
