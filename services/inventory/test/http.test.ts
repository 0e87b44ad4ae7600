import { sql } from '@ballast/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openingStock } from '../src/db/opening-stock.ts';
import { type Inventory, startInventory } from './service.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.close());

describe('the catalogue', () => {
  it('lists every product, the scarce ones last', async () => {
    const { status, body } = await inventory.send('GET', '/v1/products');
    expect(status).toBe(200);
    expect(body.products).toHaveLength(openingStock.length);
    expect(
      body.products.slice(-3).every(({ category }: { category: string }) => category === 'Limited'),
    ).toBe(true);
    expect(body.products).toContainEqual({
      sku: 'MUG-ENAMEL',
      name: 'Enamel mug, 350 ml',
      category: 'Galley',
      unitPrice: 9.9,
      available: 1_000_000,
    });
  });

  it('shows one product, or 404', async () => {
    expect((await inventory.send('GET', '/v1/products/SEABOOTS')).body.unitPrice).toBe(69);
    expect(await inventory.send('GET', '/v1/products/NOTHING')).toMatchObject({
      status: 404,
      body: { code: 'unknown-sku' },
    });
  });
});

describe('a bad request', () => {
  const path = '/v1/reservations/bad';
  const line = { sku: 'SEABOOTS', quantity: 1 };
  const withQuantity = (quantity: string) => `{"items":[{"sku":"SEABOOTS","quantity":${quantity}}]}`;

  it.each<[string, string, string, unknown, number]>([
    ['malformed JSON', 'PUT', path, '{"items":', 400],
    ['a quantity of -1', 'PUT', path, withQuantity('-1'), 400],
    ['a quantity of 1e309', 'PUT', path, withQuantity('1e309'), 400],
    ['a quantity as text', 'PUT', path, withQuantity('"1"'), 400],
    ['a quantity of 1.5', 'PUT', path, withQuantity('1.5'), 400],
    ['no items', 'PUT', path, { items: [] }, 400],
    ['51 lines', 'PUT', path, { items: Array(51).fill(line) }, 400],
    ['an unknown field', 'PUT', path, { items: [line], price: 1 }, 400],
    [
      '__proto__',
      'PUT',
      path,
      '{"items":[{"sku":"SEABOOTS","quantity":1}],"__proto__":{"status":"confirmed"}}',
      400,
    ],
    ['a status nobody may set', 'PUT', path, { items: [line], status: 'released' }, 400],
    ['an order id with a NUL', 'PUT', '/v1/reservations/%00', { items: [line] }, 400],
    ['a body of 1 MB', 'PUT', path, `{"items":"${'x'.repeat(1024 * 1024)}"}`, 413],
    ['an unknown route', 'GET', '/v1/nothing', undefined, 404],
    ['a wrong method', 'POST', path, { items: [line] }, 405],
  ])('with %s is answered as a problem and stores nothing', async (_what, method, target, body, status) => {
    const reply = await inventory.send(method, target, body);
    expect(reply).toMatchObject({ status, body: { status } });
    expect(reply.headers.get('content-type')).toMatch('application/problem+json');
    const rows = await inventory.database.query<{ n: number }>(
      sql`select count(*)::integer as n from reservations`,
    );
    expect(rows[0]?.n).toBe(0);
  });
});

it('describes itself', async () => {
  const { body } = await inventory.send('GET', '/openapi.json');
  expect(Object.keys(body.paths).sort()).toEqual([
    '/resilience',
    '/v1/products',
    '/v1/products/{sku}',
    '/v1/reservations',
    '/v1/reservations/{orderId}',
  ]);
  expect(Object.keys(body.paths['/v1/reservations/{orderId}']).sort()).toEqual(
    expect.arrayContaining(['delete', 'get', 'put']),
  );
});

it('is ready, and shows how its database is guarded', async () => {
  expect((await inventory.send('GET', '/health/ready')).status).toBe(200);
  const { body } = await inventory.send('GET', '/resilience');
  expect(body.dependencies.map(({ name }: { name: string }) => name)).toEqual(['postgres']);
});
