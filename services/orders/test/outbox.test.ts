import { eventually } from '@ballast/resilience/testing';
import { sql } from '@ballast/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ordersIn } from '../src/db/orders.ts';
import { type Orders, startOrders, startReplica } from './service.ts';

let orders: Orders;
beforeEach(async () => {
  orders = await startOrders({ OPERATOR_TOKEN: operatorToken });
});
afterEach(() => orders.close());

const operatorToken = 'an operator knows this';
const operator = { authorization: `Bearer ${operatorToken}` };
const isSettlement = ({ path }: { path: string }) => path.startsWith('/v1/reservations');
const pending = sql`orders where status = 'pending'`;
const owed = sql`outbox where done_at is null`;
const noTrouble = () => {
  orders.inventory.control.trouble = undefined;
};

describe('the outbox', () => {
  it('is empty soon after each order, and each sale is told once', async () => {
    const replies = await Promise.all(Array.from({ length: 40 }, () => orders.place()));
    await eventually('nothing is owed', async () => (await orders.count(owed)) === 0);
    expect([...orders.recommendation.purchases.keys()].sort()).toEqual(
      replies.map(({ body }) => body.id).sort(),
    );
    expect([...orders.recommendation.purchases.values()].every((times) => times === 1)).toBe(true);
  });

  it('drains within seconds when inventory is back, without a herd', async () => {
    let inFlight = 0;
    let most = 0;
    orders.inventory.control.trouble = (request) => (isSettlement(request) ? 'reset' : undefined);
    const replies = await Promise.all(Array.from({ length: 200 }, () => orders.place()));
    expect(replies.every(({ status }) => status === 202)).toBe(true);
    orders.inventory.control.trouble = () => {
      most = Math.max(most, ++inFlight);
      setImmediate(() => inFlight--);
      return undefined;
    };
    const healedAt = performance.now();
    await eventually('no order is pending', async () => (await orders.count(pending)) === 0);
    expect(performance.now() - healedAt).toBeLessThan(10_000);
    expect(most).toBeLessThanOrEqual(16);
    expect(orders.inventory.stock.get('MUG-ENAMEL')).toBe(800);
  });

  it('asks a dead inventory a few times a second at most, however much is owed', async () => {
    orders.inventory.control.trouble = (request) => (isSettlement(request) ? 'reset' : undefined);
    await Promise.all(Array.from({ length: 100 }, () => orders.place()));
    const before = orders.inventory.requests.filter(isSettlement).length;
    await orders.database.query(sql`select pg_sleep(1)`);
    expect(orders.inventory.requests.filter(isSettlement).length - before).toBeLessThan(30);
    noTrouble();
  });

  it('is drained by two replicas at once, each row by one of them', async () => {
    orders.inventory.control.trouble = () => 'reset';
    const replica = await startReplica(orders.settings);
    const places = Array.from({ length: 60 }, (_, i) => (i % 2 ? orders : replica).place());
    const ids = (await Promise.all(places)).map(({ body }) => body.id);
    noTrouble();
    await eventually('nothing is owed', async () => (await orders.count(owed)) === 0);
    expect([...orders.recommendation.purchases.keys()].sort()).toEqual(ids.sort());
    expect(orders.inventory.decisions.size).toBe(60);
    await replica.close();
  });

  it('settles the order of a process that died between storing and asking', async () => {
    const store = ordersIn(orders.database, { lockMs: 50, keepKeysMs: 60_000, keepDeliveredMs: 60_000 });
    const items = [{ sku: 'MUG-ENAMEL', quantity: 1, unitPriceCents: 990 }];
    const draft = {
      id: crypto.randomUUID(),
      customerId: 'ida',
      items,
      totalCents: 990,
      createdAt: new Date(),
    };
    await store.place(draft, { key: 'widow', fingerprint: 'x' });
    await orders.until(draft.id, 'confirmed');
  });

  it('keeps sales to tell while recommendation is away, and tells them afterwards', async () => {
    orders.recommendation.control.trouble = () => 'reset';
    const { body } = await orders.placeUntil(201);
    const failed = sql`outbox where last_error is not null`;
    await eventually('the sale was not announced', async () => (await orders.count(failed)) === 1);
    orders.recommendation.control.trouble = undefined;
    await eventually('the sale is announced', () => orders.recommendation.purchases.get(body.id) === 1);
  });

  it('forgets what was delivered when its time is over, and nothing else', async () => {
    await orders.place();
    await eventually('nothing is owed', async () => (await orders.count(owed)) === 0);
    orders.inventory.control.trouble = () => 'reset';
    await orders.place();
    await ordersIn(orders.database, { lockMs: 1, keepKeysMs: 60_000, keepDeliveredMs: 0 }).sweep(100);
    expect(await orders.count(sql`outbox`)).toBe(1);
    expect(await orders.count(owed)).toBe(1);
  });
});

describe('a poison row', () => {
  it('is parked while later rows flow, is shown to an operator, and can be requeued', async () => {
    let poison = '';
    orders.inventory.control.trouble = (request) => {
      if (poison === '' && isSettlement(request)) poison = request.path;
      return request.path === poison ? { status: 400, body: {} } : undefined;
    };
    const { status, body } = await orders.place();
    expect(status).toBe(202);
    await orders.placeUntil(201);
    const parked = async () => (await orders.send('GET', '/v1/outbox/parked', undefined, operator)).body.rows;
    await eventually('a row is parked', async () => (await parked()).length === 1);
    const [row] = await parked();
    expect(row).toMatchObject({
      orderId: body.id,
      kind: 'settle-order',
      attempts: 8,
      lastError: expect.stringContaining('400'),
    });

    const requeue = async (id: string) =>
      (await orders.send('POST', `/v1/outbox/${id}/requeue`, undefined, operator)).status;
    expect(await requeue('999999')).toBe(404);
    expect(await requeue('0')).toBe(400);
    noTrouble();
    expect(await requeue(row.id)).toBe(204);
    await orders.until(body.id, 'confirmed');
    expect(await parked()).toEqual([]);
  });
});

describe('parked rows', () => {
  const requeue = (body: unknown) => orders.send('POST', '/v1/outbox/requeue', body, operator);
  const parkedOf = (kind: string) => orders.count(sql`outbox where kind = ${kind} and parked_at is not null`);

  it('can be requeued many at once, of one kind or of all, the oldest first', async () => {
    orders.recommendation.control.trouble = () => 'reset';
    await Promise.all(Array.from({ length: 10 }, () => orders.placeUntil(201)));
    orders.inventory.control.trouble = () => 'reset';
    await Promise.all(Array.from({ length: 10 }, () => orders.placeUntil(202)));
    await orders.database.query(sql`
      update outbox set parked_at = now() - id * interval '1 minute' where done_at is null`);
    const parked = await orders.database.query<{ id: string }>(sql`
      select id from outbox where kind = 'order-confirmed' order by parked_at limit 3`);
    const oldest = parked.map(({ id }) => id);

    expect(await requeue({ kind: 'order-confirmed', limit: 3 })).toMatchObject({
      status: 200,
      body: { requeued: 3 },
    });
    expect(await parkedOf('settle-order')).toBe(10);
    expect(
      await orders.count(sql`outbox where id = any(${oldest}::bigint[]) and parked_at is not null`),
    ).toBe(0);
    expect(await requeue({ kind: 'order-confirmed' })).toMatchObject({ body: { requeued: 7 } });
    noTrouble();
    orders.recommendation.control.trouble = undefined;
    expect(await requeue({})).toMatchObject({ body: { requeued: 10 } });
    expect(await requeue({})).toMatchObject({ body: { requeued: 0 } });
    await eventually('nothing is owed', async () => (await orders.count(owed)) === 0);
  });

  it.each([{ kind: 'nothing' }, { limit: 0 }, { limit: 1001 }, { id: 1 }])(
    'are not requeued with %j',
    async (body) => {
      expect((await requeue(body)).status).toBe(400);
    },
  );

  const doors = [
    ['GET', '/v1/outbox/parked'],
    ['POST', '/v1/outbox/1/requeue'],
    ['POST', '/v1/outbox/requeue'],
  ] as const;

  it.each(doors)('%s %s is closed to who has no token', async (method, path) => {
    expect((await orders.send(method, path)).status).toBe(401);
    const wrong = { authorization: `Bearer ${operatorToken}!` };
    expect((await orders.send(method, path, undefined, wrong)).status).toBe(401);
  });

  it.each(doors)('%s %s does not exist where no token is configured', async (method, path) => {
    const { OPERATOR_TOKEN: _, ...withoutToken } = { OPERATOR_TOKEN: '', ...orders.settings };
    const replica = await startReplica(withoutToken);
    expect(await replica.send(method, path, undefined, operator)).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    await replica.close();
  });
});
