import { sql } from '@ballast/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flagsWith, mug, type Orders, startOrders, unprotected } from './service.ts';

let orders: Orders;
let isRecommending = true;
beforeAll(async () => {
  const flags = flagsWith(unprotected);
  const asInFile = flags.isOn.bind(flags);
  flags.isOn = (key) => (key === 'feature.recommendations' ? isRecommending : asInFile(key));
  orders = await startOrders({}, flags);
});
afterAll(() => orders.close());
beforeEach(() => {
  isRecommending = true;
});

describe('an order', () => {
  it('is confirmed once inventory has reserved and sold it', async () => {
    const reply = await orders.place({ items: [mug, { sku: 'PRINT-LIGHTHOUSE', quantity: 2 }, mug] });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        status: 'confirmed',
        customerId: 'ida',
        items: [
          { sku: 'MUG-ENAMEL', quantity: 2, unitPrice: 9.9 },
          { sku: 'PRINT-LIGHTHOUSE', quantity: 2, unitPrice: 79.35 },
        ],
        total: 178.5,
        recommendations: { source: 'live', items: [{ sku: 'SEABOOTS', name: 'Rubber sea boots' }] },
        degraded: false,
      },
    });
    expect(reply.headers.get('location')).toBe(`/v1/orders/${reply.body.id}`);
    const asked = orders.inventory.requests
      .filter(({ path }) => path.endsWith(reply.body.id))
      .map(({ body }) => body.status);
    expect(asked).toEqual(['reserved', 'confirmed']);
  });

  it('can be read as it stands, and 404 when there is none', async () => {
    const { body } = await orders.place();
    const { recommendations, degraded, ...order } = body;
    expect(await orders.send('GET', `/v1/orders/${body.id}`)).toMatchObject({ status: 200, body: order });
    const nobodys = '00000000-0000-4000-8000-000000000000';
    expect(await orders.send('GET', `/v1/orders/${nobodys}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-order' },
    });
  });

  it('is rejected when stock does not suffice, and stays so', async () => {
    const reply = await orders.place({ items: [{ sku: 'PRINT-LIGHTHOUSE', quantity: 99 }] }, 'greedy');
    expect(reply).toMatchObject({ status: 409, body: { code: 'insufficient-stock' } });
    const again = await orders.place({ items: [{ sku: 'PRINT-LIGHTHOUSE', quantity: 99 }] }, 'greedy');
    expect(again).toMatchObject({ status: 409, body: { code: 'insufficient-stock' } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await orders.count(sql`orders where status = 'rejected'`)).toBe(1);
  });

  it('is told to recommendation, once, with every product', async () => {
    const { body } = await orders.place({ items: [mug, { sku: 'SEABOOTS', quantity: 2 }] });
    await expect.poll(() => orders.recommendation.purchases.get(body.id), { timeout: 5000 }).toBe(1);
    const [told] = orders.recommendation.requests.filter(({ path }) => path.endsWith(body.id));
    expect(told?.body).toEqual({ customerId: 'ida', skus: ['MUG-ENAMEL', 'SEABOOTS'] });
  });

  it('has a story of the decisions taken for it', async () => {
    const { body } = await orders.place();
    const story = await orders.send('GET', `/v1/orders/${body.id}/story`);
    expect(story.status).toBe(200);
    expect(story.body.events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ dependency: 'inventory', type: 'call.end', outcome: 'success' }),
        expect.objectContaining({ dependency: 'recommendation', type: 'call.end', source: 'live' }),
      ]),
    );
    expect(story.body.events.every(({ atMs }: { atMs: number }) => atMs >= 0)).toBe(true);
  });

  it('sells the last 20 pieces to exactly 20 of 50 customers who come at once', async () => {
    orders.inventory.stock.set('PRINT-LIGHTHOUSE', 20);
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => orders.place({ items: [{ sku: 'PRINT-LIGHTHOUSE', quantity: 1 }] })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(30);
  });
});

describe('recommendations', () => {
  it('are left out when the feature is off, and that is not called degraded', async () => {
    isRecommending = false;
    const { body } = await orders.place();
    expect(body).toMatchObject({ recommendations: { source: 'disabled', items: [] }, degraded: false });
  });

  it('can be asked for alone', async () => {
    const reply = await orders.send('GET', '/v1/recommendations?customerId=ida');
    expect(reply).toMatchObject({ status: 200, body: { source: 'live', items: [{ sku: 'SEABOOTS' }] } });
    expect((await orders.send('GET', '/v1/recommendations')).status).toBe(400);
  });
});
