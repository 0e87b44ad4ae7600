import { sql } from '@ballast/service-kit';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '@ballast/service-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagsWith, type Orders, startOrders, startReplica } from './service.ts';
import type { StubAnswer, StubRequest } from './stub-server.ts';

const troubles: [string, StubAnswer][] = [
  ['resets every connection', 'reset'],
  ['does not answer', 'hang'],
  ['answers 503', { status: 503, body: {} }],
  ['answers garbage', { raw: '<html>' }],
  ['answers something else', { status: 200, body: { status: 'maybe' } }],
  ['answers without end', { raw: `"${'x'.repeat(1024 * 1024)}"` }],
  ['refuses in a way nobody expects', { status: 400, body: {} }],
];

// Each trouble meets a fresh process: a breaker that opened for the one before would hide it.
describe.each(troubles)('while inventory %s', (_what, trouble) => {
  let orders: Orders;
  beforeAll(async () => {
    orders = await startOrders();
  });
  afterAll(() => orders.close());

  it('an order is accepted, and confirmed when inventory is back', async () => {
    orders.inventory.control.trouble = () => trouble;
    const reply = await orders.place();
    expect(reply).toMatchObject({ status: 202, body: { status: 'pending', degraded: true, total: 9.9 } });
    expect(await orders.send('GET', `/v1/orders/${reply.body.id}`)).toMatchObject({
      body: { status: 'pending' },
    });
    orders.inventory.control.trouble = undefined;
    await orders.until(reply.body.id, 'confirmed');
    expect(orders.inventory.stock.get('MUG-ENAMEL')).toBe(999);
  });
});

describe.each(troubles)('while recommendation %s', (_what, trouble) => {
  let orders: Orders;
  beforeAll(async () => {
    orders = await startOrders();
  });
  afterAll(() => orders.close());

  it('orders are confirmed with remembered advice, or the favourites, and say so', async () => {
    await expect.poll(async () => (await orders.place()).body.recommendations.source).toBe('live');
    orders.recommendation.control.trouble = () => trouble;
    const known = await orders.placeUntil(201);
    // A 4xx may mean that there is nothing for this customer any more, so it is not answered with what was.
    const isRefused = typeof trouble === 'object' && 'status' in trouble && trouble.status === 400;
    if (isRefused)
      expect(known.body).toMatchObject({ degraded: true, recommendations: { source: 'default' } });
    else {
      expect(known).toMatchObject({
        status: 201,
        body: { degraded: true, recommendations: { source: 'cached', items: [{ sku: 'SEABOOTS' }] } },
      });
      expect(known.body.recommendations.ageMs).toBeGreaterThanOrEqual(0);
    }
    const unknown = await orders.placeUntil(201, { customerId: 'newcomer' });
    expect(unknown).toMatchObject({
      status: 201,
      body: { degraded: true, recommendations: { source: 'default' } },
    });
    expect(unknown.body.recommendations.items).toContainEqual({ sku: 'MUG-ENAMEL', name: 'Enamel mug' });
  });
});

describe('while somebody holds the stock of one product', () => {
  it('orders of other products are confirmed all the same, and the others as soon as it is free', async () => {
    const orders = await startOrders();
    const stockBusy = {
      status: 503,
      body: { type: 'about:blank', title: '', status: 503, code: 'stock-busy' },
    };
    const wantsMug = ({ method, body }: StubRequest) =>
      method === 'PUT' && body.items[0].sku === 'MUG-ENAMEL';
    orders.inventory.control.trouble = (request) => (wantsMug(request) ? stockBusy : undefined);
    const boots = { items: [{ sku: 'SEABOOTS', quantity: 1 }] };
    const waiting: string[] = [];
    for (let n = 0; n < 40; n++) {
      const reply = await orders.place();
      expect(reply).toMatchObject({ status: 202, body: { status: 'pending' } });
      waiting.push(reply.body.id);
      expect((await orders.place(boots)).status).toBe(201);
    }
    const { body } = await orders.send('GET', '/resilience');
    const inventory = body.dependencies.find(({ name }: { name: string }) => name === 'inventory');
    expect(inventory.policies.breaker).toMatchObject({ state: 'closed' });
    expect(await orders.count(sql`outbox where parked_at is not null`)).toBe(0);
    orders.inventory.control.trouble = undefined;
    await Promise.all(waiting.map((id) => orders.until(id, 'confirmed')));
    await orders.close();
  });
});

describe('without Redis', () => {
  it('orders are placed as ever', async () => {
    const orders = await startOrders({ REDIS_URL: 'redis://127.0.0.1:1' });
    await orders.placeUntil(201);
    orders.recommendation.control.trouble = () => 'reset';
    expect((await orders.placeUntil(201)).body.recommendations.source).toBe('cached');
    await orders.close();
  });
});

describe('without inventory from the start', () => {
  it('a fresh shop is not ready, as no price was ever known; one with a copy of the catalogue takes orders', async () => {
    const orders = await startOrders();
    await orders.inventory.close();
    const restarted = await startReplica(orders.settings);
    expect((await restarted.send('GET', '/health/ready')).status).toBe(200);
    expect((await restarted.place()).status).toBe(202);

    await orders.database.query(sql`delete from catalogue`);
    const fresh = await startReplica(orders.settings);
    expect((await fresh.send('GET', '/health/ready')).status).toBe(503);
    expect(await fresh.place()).toMatchObject({ status: 503, body: { code: 'catalogue-unavailable' } });
    await Promise.all([fresh.close(), restarted.close(), orders.close()]);
  });
});

describe('without its database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
  });
  afterAll(() => database.stop());

  it('orders are refused at once, nothing acknowledged is lost, and it recovers by itself', async () => {
    const orders = await startOrders({ DATABASE_URL: database.serverUrl });
    const { body } = await orders.place({}, 'before');
    await database.crash();
    for (let i = 0; i < 8; i++) {
      const beganAt = performance.now();
      const reply = await orders.place({}, 'during');
      expect(reply).toMatchObject({ status: 503 });
      expect(reply.headers.get('retry-after')).toBe('1');
      expect(performance.now() - beganAt).toBeLessThan(1500);
    }
    expect((await orders.send('GET', '/health/ready')).status).toBe(503);
    await database.restart();
    await expect.poll(async () => (await orders.place({}, 'during')).status, { timeout: 10_000 }).toBe(201);
    await orders.until(body.id, 'confirmed');
    await expect.poll(async () => (await orders.place({}, 'before')).body.id).toBe(body.id);
    await orders.close();
  });

  it('its guard follows the switches of the protections like every other', async () => {
    const orders = await startOrders({}, flagsWith({ 'protection.breaker': false }));
    const { body } = await orders.send('GET', '/resilience');
    const breakers = body.dependencies.map(
      (guard: { name: string; policies: { breaker: { enabled: boolean } } }) => [
        guard.name,
        guard.policies.breaker.enabled,
      ],
    );
    expect(breakers).toContainEqual(['postgres', false]);
    expect(breakers).toContainEqual(['inventory', false]);
    await orders.close();
  });

  it('a database that is stopped is refused like one that is gone, and the same key finds its order', async () => {
    const orders = await startOrders({ DATABASE_URL: await createTestDatabase(database.serverUrl) });
    const { body } = await orders.place({}, 'before');
    await database.freeze();
    const replies = await Promise.all(Array.from({ length: 8 }, () => orders.place({}, 'during')));
    const later = await orders.place({}, 'during');
    database.thaw();
    for (const reply of [...replies, later]) {
      expect(reply).toMatchObject({ status: 503 });
      expect(reply.headers.get('retry-after')).toBe('1');
    }
    await expect.poll(async () => (await orders.place({}, 'during')).status, { timeout: 10_000 }).toBe(201);
    expect(await orders.count(sql`orders`)).toBe(2);
    await expect.poll(async () => (await orders.place({}, 'before')).body.id).toBe(body.id);
    await orders.close();
  });
});
