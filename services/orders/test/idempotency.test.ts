import { eventually } from '@ballast/resilience/testing';
import { sql } from '@ballast/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ordersIn } from '../src/db/orders.ts';
import { pendingState, type StoredAnswer } from '../src/use-cases/order.ts';
import { flagsWith, mug, type Orders, startOrders, startReplica, unprotected } from './service.ts';
import { stubProducts } from './stub-shop.ts';

const boots = { sku: 'SEABOOTS', quantity: 2 };
let orders: Orders;
beforeAll(async () => {
  orders = await startOrders({}, flagsWith(unprotected));
});
afterAll(() => orders.close());
afterEach(() => {
  orders.inventory.control.trouble = undefined;
});

describe('an idempotency key', () => {
  it('replays its answer: same order, nothing done twice', async () => {
    const first = await orders.place({}, 'twice');
    const asked = orders.inventory.requests.length;
    const second = await orders.place({}, 'twice');
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(orders.inventory.requests.length).toBe(asked);
  });

  it('does not care how the same body is written', async () => {
    const first = await orders.place({}, 'spelling');
    const body = `{"items": [{"quantity": 1, "sku": "MUG-ENAMEL"}], "customerId": "ida"}`;
    const second = await orders.send('POST', '/v1/orders', body, { 'idempotency-key': 'spelling' });
    expect(second).toMatchObject({ status: 201, body: { id: first.body.id } });
  });

  it('is refused with another body', async () => {
    await orders.place({}, 'reused');
    const reply = await orders.place({ customerId: 'olaf' }, 'reused');
    expect(reply).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('makes one order of ten requests at once', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => orders.place({}, 'stampede')));
    const answered = replies.filter(({ status }) => status === 201);
    const waiting = replies.filter(({ status }) => status === 409);
    expect(answered.length + waiting.length).toBe(10);
    expect(new Set(answered.map(({ body }) => body.id)).size).toBe(1);
    expect(
      waiting.every(({ body, headers }) => body.code === 'request-in-flight' && headers.has('retry-after')),
    ).toBe(true);
    expect(await orders.count(sql`idempotency_keys where key = 'stampede'`)).toBe(1);
  });

  it.each([
    ['lines in another order', [boots, mug]],
    ['a line that is split in two', [mug, { ...boots, quantity: 1 }, { ...boots, quantity: 1 }]],
  ])('is the same with %s', async (what, items) => {
    const key = what.replaceAll(' ', '-');
    const first = await orders.place({ items: [mug, boots] }, key);
    const again = await orders.place({ items }, key);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([
    ['one piece more', [mug, { ...boots, quantity: 3 }]],
    ['a line less', [mug]],
    ['a line more', [mug, boots, { sku: 'COFFEE-HARBOUR-1KG', quantity: 1 }]],
    ['another product', [mug, { ...boots, sku: 'COFFEE-HARBOUR-1KG' }]],
    [
      'the pieces the other way round',
      [
        { ...mug, quantity: 2 },
        { ...boots, quantity: 1 },
      ],
    ],
  ])('is refused with %s', async (what, items) => {
    const key = what.replaceAll(' ', '-');
    await orders.place({ items: [mug, boots] }, key);
    expect(await orders.place({ items }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('that an older version stored is known by its order, whatever its fingerprint was made of', async () => {
    const first = await orders.place({}, 'old-version');
    await orders.database.query(sql`update idempotency_keys set fingerprint = '' where key = 'old-version'`);
    expect(await orders.place({}, 'old-version')).toMatchObject({ status: 201, body: first.body });
  });

  it('replays a pending answer with what became of the order, and the same recommendations', async () => {
    orders.inventory.control.trouble = () => 'reset';
    const { body } = await orders.place({}, 'patient');
    expect(await orders.place({}, 'patient')).toMatchObject({ status: 202, body });
    orders.inventory.control.trouble = undefined;
    await orders.until(body.id, 'confirmed');
    expect(await orders.place({}, 'patient')).toMatchObject({
      status: 201,
      body: { ...body, status: 'confirmed', degraded: false },
    });
  });

  it('replays a pending answer as a rejection once the order is rejected', async () => {
    orders.inventory.control.trouble = () => 'reset';
    const greedy = { customerId: 'late', items: [{ sku: 'PRINT-LIGHTHOUSE', quantity: 99 }] };
    const { body } = await orders.place(greedy, 'too-late');
    orders.inventory.control.trouble = undefined;
    await orders.until(body.id, 'rejected');
    const again = await orders.place(greedy, 'too-late');
    expect(again).toMatchObject({ status: 409, body: { code: 'insufficient-stock' } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('never goes back: a first request that stores its pending answer late does not undo a confirmation', async () => {
    const store = ordersIn(orders.database, { lockMs: 0, keepKeysMs: 60_000, keepDeliveredMs: 60_000 });
    const items = [{ ...mug, unitPriceCents: 990 }];
    const draft = {
      id: crypto.randomUUID(),
      customerId: 'ida',
      items,
      totalCents: 990,
      createdAt: new Date(),
    };
    await store.place(draft, { key: 'slow', fingerprint: '' });
    await orders.until(draft.id, 'confirmed');
    expect((await orders.place({}, 'slow')).status).toBe(201);
    const answer: StoredAnswer = { state: pendingState, recommendations: { source: 'live', items: [] } };
    expect(await store.postpone(draft.id, { key: 'slow', answer })).toEqual({ status: 'confirmed' });
    expect((await orders.place({}, 'slow')).status).toBe(201);
  });

  it('answers from the order itself when its first request died before it could answer', async () => {
    const store = ordersIn(orders.database, { lockMs: 300, keepKeysMs: 60_000, keepDeliveredMs: 60_000 });
    const { body } = await orders.place({}, 'model');
    const draft = {
      id: crypto.randomUUID(),
      customerId: 'ida',
      items: [{ ...mug, unitPriceCents: 990 }],
      totalCents: 990,
    };
    await store.place({ ...draft, createdAt: new Date() }, { key: 'orphan', fingerprint: '' });

    expect(await orders.place({}, 'orphan')).toMatchObject({
      status: 409,
      body: { code: 'request-in-flight' },
    });
    await orders.until(draft.id, 'confirmed');
    expect(await orders.place({}, 'orphan')).toMatchObject({
      status: 201,
      body: { id: draft.id, total: body.total },
    });
  });

  it('replays its answer when its product has left the catalogue, or no price is known any more', async () => {
    const first = await orders.place({}, 'discontinued');
    const replica = await startReplica(orders.settings, flagsWith(unprotected));
    orders.inventory.control.trouble = () => ({ status: 200, body: { products: stubProducts.slice(1) } });
    await expect.poll(async () => (await replica.place()).body.code).toBe('unknown-sku');
    const again = await replica.place({}, 'discontinued');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const reused = await replica.place({ customerId: 'olaf' }, 'discontinued');
    expect(reused).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    await replica.close();

    orders.inventory.control.trouble = () => 'reset';
    await orders.database.query(sql`delete from catalogue`);
    const fresh = await startReplica(orders.settings, flagsWith(unprotected));
    expect(await fresh.place()).toMatchObject({ status: 503, body: { code: 'catalogue-unavailable' } });
    expect(await fresh.place({}, 'discontinued')).toMatchObject({ status: 201, body: first.body });
    await fresh.close();
  });

  it('is kept while its order is owed, although its time is over', async () => {
    orders.inventory.control.trouble = () => 'reset';
    const first = await orders.place({}, 'owed');
    await orders.database.query(sql`
      update idempotency_keys set expires_at = now() - interval '1 day' where key = 'owed'`);
    const seen = sql`idempotency_keys where key = 'owed' and expires_at > now()`;
    const brief = await startReplica({ ...orders.settings, SWEEP_MS: '20' }, flagsWith(unprotected));
    await eventually('a sweeper has met the key', async () => (await orders.count(seen)) === 1);
    await brief.close();
    expect(await orders.place({}, 'owed')).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(await orders.count(sql`orders where idempotency_key = 'owed'`)).toBe(1);
  });

  it('is forgotten, with its answer, when its time is over', async () => {
    await orders.place({}, 'old');
    await orders.place({}, 'young');
    await orders.database.query(sql`update idempotency_keys set expires_at = now() where key = 'old'`);
    await ordersIn(orders.database, { lockMs: 1, keepKeysMs: 1, keepDeliveredMs: 60_000 }).sweep(100);
    expect(await orders.count(sql`idempotency_keys where key = 'old'`)).toBe(0);
    expect(await orders.count(sql`idempotency_keys where key = 'young'`)).toBe(1);
  });
});
