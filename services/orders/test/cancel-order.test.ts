import { eventually } from '@ballast/resilience/testing';
import { sql } from '@ballast/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { flagsWith, type Orders, startOrders, unprotected } from './service.ts';
import type { StubRequest } from './stub-server.ts';

const operatorToken = 'an operator knows this';
const operator = { authorization: `Bearer ${operatorToken}` };

let orders: Orders;
beforeAll(async () => {
  orders = await startOrders({ OPERATOR_TOKEN: operatorToken }, flagsWith(unprotected));
});
afterAll(() => orders.close());
afterEach(() => {
  orders.inventory.control.trouble = undefined;
});

const cancel = (id: string) => orders.send('POST', `/v1/orders/${id}/cancel`, undefined, operator);
const read = async (id: string) => (await orders.send('GET', `/v1/orders/${id}`)).body;
const reservationOf = (id: string) => `/v1/reservations/${id}`;
const inventory = {
  /** Reservations can't be made or confirmed, but released. */
  rejectPuts: () => {
    orders.inventory.control.trouble = ({ method }) => (method === 'PUT' ? 'reset' : undefined);
  },
  rejectAll: () => {
    orders.inventory.control.trouble = () => 'reset';
  },
  heal: () => {
    orders.inventory.control.trouble = undefined;
  },
};
async function placePending() {
  const { status, body } = await orders.place();
  expect(status).toBe(202);
  return body.id as string;
}

describe('a pending order', () => {
  it('is rejected when it is cancelled, and inventory sells it nothing afterwards', async () => {
    inventory.rejectPuts();
    const id = await placePending();
    const reply = await cancel(id);
    expect(reply).toMatchObject({ status: 200, body: { id, status: 'rejected', reason: 'cancelled' } });
    inventory.heal();
    expect(await orders.count(sql`outbox where order_id = ${id} and done_at is null`)).toBe(0);
    expect(await read(id)).toMatchObject({ status: 'rejected', reason: 'cancelled' });
    expect(orders.inventory.decisions.get(reservationOf(id))).toMatchObject({
      body: { code: 'reservation-released' },
    });
  });

  it('gives back what inventory holds for it', async () => {
    const before = orders.inventory.stock.get('MUG-ENAMEL') ?? 0;
    const isConfirmation = ({ method, body }: StubRequest) => method === 'PUT' && body.status === 'confirmed';
    orders.inventory.control.trouble = (request) => (isConfirmation(request) ? 'reset' : undefined);
    const id = await placePending();
    expect(orders.inventory.stock.get('MUG-ENAMEL')).toBe(before - 1);
    expect((await cancel(id)).status).toBe(200);
    expect(orders.inventory.stock.get('MUG-ENAMEL')).toBe(before);
  });

  it('is confirmed when inventory has sold it already, and the cancellation is rejected', async () => {
    inventory.rejectPuts();
    const id = await placePending();
    orders.inventory.sold.add(reservationOf(id));
    expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'order-settled' } });
    expect(await read(id)).toMatchObject({ status: 'confirmed' });
    await eventually('the sale is announced', () => orders.recommendation.purchases.get(id) === 1);
  });

  it('stays as it is while inventory is away, and is settled as if nobody had asked', async () => {
    inventory.rejectAll();
    const id = await placePending();
    const reply = await cancel(id);
    expect(reply).toMatchObject({ status: 503, body: { code: 'dependency-unavailable' } });
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(await read(id)).toMatchObject({ status: 'pending' });
    inventory.heal();
    await orders.until(id, 'confirmed');
  });

  it('is cancelled too when only the release was done: the relay hears of it from inventory', async () => {
    inventory.rejectPuts();
    const id = await placePending();
    await fetch(new URL(reservationOf(id), orders.inventory.url), { method: 'DELETE' });
    inventory.heal();
    await orders.until(id, 'rejected');
    expect(await read(id)).toMatchObject({ reason: 'cancelled' });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { reason: 'cancelled' } });
  });

  it('may be cancelled while the relay settles it: both books tell of the one that inventory heard first', async () => {
    inventory.rejectPuts();
    const ids = await Promise.all(Array.from({ length: 60 }, placePending));
    inventory.heal();
    const confirmed = sql`orders where id = any(${ids}::uuid[]) and status = 'confirmed'`;
    await eventually('the relay is at work', async () => (await orders.count(confirmed)) > 0, { everyMs: 2 });
    const cancelled = await Promise.all(ids.map(async (id) => ({ id, reply: await cancel(id) })));
    for (const { id, reply } of cancelled) {
      expect([200, 409]).toContain(reply.status);
      const order = await read(id);
      expect(order.status).toBe(reply.status === 200 ? 'rejected' : 'confirmed');
      expect(orders.inventory.sold.has(reservationOf(id))).toBe(order.status === 'confirmed');
    }
    expect(new Set(cancelled.map(({ reply }) => reply.status)).size).toBe(2);
  });
});

describe('a settled order', () => {
  it('can be cancelled again, and is answered the same', async () => {
    inventory.rejectPuts();
    const id = await placePending();
    const first = await cancel(id);
    expect(await cancel(id)).toMatchObject({ status: 200, body: first.body });
  });

  it('is not cancelled once it is confirmed, or rejected for another reason', async () => {
    const { body } = await orders.place();
    expect(await cancel(body.id)).toMatchObject({ status: 409, body: { code: 'order-settled' } });
    expect(await read(body.id)).toMatchObject({ status: 'confirmed' });

    await orders.place({ customerId: 'greedy', items: [{ sku: 'PRINT-LIGHTHOUSE', quantity: 99 }] });
    const [rejected] = await orders.database.query<{ id: string }>(
      sql`select id from orders where customer_id = 'greedy'`,
    );
    const id = rejected?.id ?? '';
    expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'order-settled' } });
    expect(await read(id)).toMatchObject({ status: 'rejected', reason: 'insufficient-stock' });
  });
});

it('answers for an order that does not exist, and to nobody but an operator', async () => {
  const nobodys = '00000000-0000-4000-8000-000000000000';
  expect(await cancel(nobodys)).toMatchObject({ status: 404, body: { code: 'unknown-order' } });
  expect((await cancel('1')).status).toBe(400);
  expect((await orders.send('POST', `/v1/orders/${nobodys}/cancel`)).status).toBe(401);
});
