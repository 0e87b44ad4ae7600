import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from '@ballast/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ordersIn } from '../src/db/orders.ts';
import { reconcile } from '../src/reconciler.ts';
import { flagsWith, mug, type Orders, startOrders, unprotected } from './service.ts';

const storeOptions = { lockMs: 1, keepKeysMs: 60_000, keepDeliveredMs: 60_000 };
let orders: Orders;
let lines: string[];
beforeEach(async () => {
  orders = await startOrders({ OPERATOR_TOKEN: 'an operator knows this' }, flagsWith(unprotected));
  lines = [];
});
afterEach(() => orders.close());

async function compare({ isMending = false, keepMs = 0 } = {}) {
  lines = [];
  const { DATABASE_URL, INVENTORY_URL } = orders.settings;
  const config = { DATABASE_URL, INVENTORY_URL, ORDER_KEEP_MS: keepMs };
  const write = (line: string) => void lines.push(line);
  return reconcile({ config, database: orders.database, isMending, write });
}
const mending = () => compare({ isMending: true });
const reservationOf = (id: string) => `/v1/reservations/${id}`;
const read = async (id: string) => (await orders.send('GET', `/v1/orders/${id}`)).body;
const set = (id: string, status: string, reason: string | null = null) =>
  orders.database.query(sql`
    update orders set status = ${status}, reason = ${reason},
      settled_at = case when ${status} = 'pending' then null else now() end
    where id = ${id}`);
const grow = (id: string) =>
  orders.database.query(sql`update orders set created_at = now() - interval '5 minutes' where id = ${id}`);

/** An order whose hold inventory was never asked to confirm, and which nobody settles. */
async function placeHeld() {
  const id = randomUUID();
  const items = [{ ...mug, unitPriceCents: 990 }];
  await orders.database.transaction(async (transaction) => {
    const draft = { id, customerId: 'ida', items, totalCents: 990, createdAt: new Date() };
    await ordersIn(transaction, storeOptions).place(draft, { key: id, fingerprint: '' });
    await transaction.query(sql`delete from outbox where order_id = ${id}`);
  });
  await askInventory('PUT', id, { items: [mug], status: 'reserved' });
  return id;
}

const askInventory = (method: string, id: string, body?: object) =>
  fetch(new URL(reservationOf(id), orders.inventory.url), {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });

describe('books that agree', () => {
  it('are found so, with orders of every kind in them and customers at work', async () => {
    await Promise.all(Array.from({ length: 20 }, () => orders.place()));
    await orders.place({ items: [{ sku: 'PRINT-LIGHTHOUSE', quantity: 99 }] });
    const held = await placeHeld();
    await orders.send('POST', `/v1/orders/${held}/cancel`, undefined, {
      authorization: 'Bearer an operator knows this',
    });
    const traffic = Promise.all(Array.from({ length: 60 }, () => orders.place()));
    expect(await compare()).toBe(0);
    await traffic;
    expect(await compare()).toBe(0);
    expect(lines).toEqual(['no differences']);
  });

  it('may have a pending order that is young, and a sale of an order that was removed by retention', async () => {
    await placeHeld();
    const { body } = await orders.place();
    await orders.database.query(sql`delete from orders where id = ${body.id}`);
    expect(await compare({ keepMs: 86_400_000 })).toBe(0);
    expect(await compare()).toBe(1);
  });
});

describe('a difference that can be mended', () => {
  it('is an order that nobody settles: its settlement is made due', async () => {
    const id = await placeHeld();
    await grow(id);
    expect(await compare()).toBe(1);
    expect(lines[0]).toBe(`${id}  unsettled  orders: pending, inventory: reserved`);
    expect(await mending()).toBe(0);
    await orders.until(id, 'confirmed');
    expect(await compare()).toBe(0);
  });

  it('is an order that is parked, though inventory has decided', async () => {
    const id = await placeHeld();
    await grow(id);
    orders.inventory.sold.add(reservationOf(id));
    await orders.database.query(sql`
      insert into outbox (order_id, kind, due_at, attempts, parked_at) values (${id}, 'settle-order', now(), 8, now())`);
    expect(await mending()).toBe(0);
    await orders.until(id, 'confirmed');
  });

  it('is a confirmed order that inventory only holds: it is sold', async () => {
    const id = await placeHeld();
    await set(id, 'confirmed');
    expect(await compare()).toBe(1);
    expect(lines[0]).toBe(`${id}  not-sold  orders: confirmed, inventory: reserved`);
    expect(orders.inventory.sold.has(reservationOf(id))).toBe(false);
    expect(await mending()).toBe(0);
    expect(lines).toEqual([
      `${id}  not-sold  orders: confirmed, inventory: reserved  it was sold`,
      '1 difference, 1 mended',
    ]);
    expect(orders.inventory.sold.has(reservationOf(id))).toBe(true);
    expect(await compare()).toBe(0);
  });

  it('is a confirmed order of which inventory knows nothing, while there is stock', async () => {
    const { body } = await orders.place();
    const forget = () => {
      orders.inventory.decisions.delete(reservationOf(body.id));
      orders.inventory.sold.delete(reservationOf(body.id));
      orders.inventory.held.delete(reservationOf(body.id));
    };
    forget();
    orders.inventory.stock.set('MUG-ENAMEL', 0);
    expect(await mending()).toBe(1);
    expect(lines[0]).toContain('not-sold  orders: confirmed, inventory: nothing  inventory rejects it');
    forget();
    orders.inventory.stock.set('MUG-ENAMEL', 1);
    expect(await mending()).toBe(0);
    expect(await compare()).toBe(0);
  });

  it('is a hold for an order that was rejected, or that there is none of: it is released', async () => {
    const rejected = await placeHeld();
    await set(rejected, 'rejected', 'insufficient-stock');
    const gone = await placeHeld();
    await orders.database.query(sql`delete from orders where id = ${gone}`);
    const before = orders.inventory.stock.get('MUG-ENAMEL') ?? 0;
    expect(await compare()).toBe(2);
    expect(await mending()).toBe(0);
    expect(orders.inventory.stock.get('MUG-ENAMEL')).toBe(before + 2);
    expect(await compare()).toBe(0);
  });
});

describe('a difference for a person', () => {
  it('is a sale for an order that was rejected, or that there is none of', async () => {
    const { body: rejected } = await orders.place();
    await set(rejected.id, 'rejected', 'insufficient-stock');
    const { body: gone } = await orders.place();
    await orders.database.query(sql`delete from orders where id = ${gone.id}`);
    expect(await mending()).toBe(2);
    expect(lines.filter((line) => line.includes('sold-without-order'))).toHaveLength(2);
    expect(await read(rejected.id)).toMatchObject({ status: 'rejected' });
  });

  it('is a sale of other pieces than were ordered', async () => {
    const { body } = await orders.place({ items: [mug, { sku: 'SEABOOTS', quantity: 1 }] });
    expect(await compare()).toBe(0);
    orders.inventory.held.set(reservationOf(body.id), [mug]);
    expect(await mending()).toBe(1);
    expect(lines[0]).toContain('other-pieces');
  });

  it('is a confirmed order that inventory has rejected', async () => {
    const { body } = await orders.place();
    orders.inventory.sold.delete(reservationOf(body.id));
    await askInventory('DELETE', body.id);
    expect(await mending()).toBe(1);
    expect(lines[0]).toContain('confirmed-without-stock  orders: confirmed, inventory: released');
    expect(await read(body.id)).toMatchObject({ status: 'confirmed' });
  });
});

it('finds a difference among more orders than a page holds, on either side', async () => {
  await orders.place();
  await orders.database.query(sql`
    insert into orders (id, customer_id, items, total_cents, status, created_at, settled_at, reason)
    select gen_random_uuid(), 'ida', '[]', 0, 'rejected', now(), now(), 'unknown-sku' from generate_series(1, 2500)`);
  for (let n = 0; n < 1500; n++) {
    const path = reservationOf(randomUUID());
    orders.inventory.decisions.set(path, { status: 200 });
    if (n % 500 === 0) orders.inventory.held.set(path, [mug]);
  }
  const [last] = await orders.database.query<{ id: string }>(sql`
    update orders set status = 'confirmed', reason = null where id = (select id from orders order by id desc limit 1) returning id`);
  expect(await compare()).toBe(4);
  expect(lines.find((line) => line.startsWith(last?.id ?? ''))).toContain('not-sold');
});

it('mends nothing for a database without orders, since every hold would look like one for nobody', async () => {
  await placeHeld();
  await orders.database.query(sql`truncate orders, outbox, idempotency_keys`);
  await expect(mending()).rejects.toThrow('there are no orders in this database');
  expect(orders.inventory.held.size).toBe(1);
});

it('is run from the command line, and its exit code says whether the books agree', async () => {
  const run = promisify(execFile);
  const main = join(import.meta.dirname, '../src/reconcile.ts');
  const { DATABASE_URL, INVENTORY_URL } = orders.settings;
  const start = (...args: string[]) =>
    run(process.execPath, [main, ...args], { env: { ...process.env, DATABASE_URL, INVENTORY_URL } }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  expect(await start()).toMatchObject({ code: 2, stderr: expect.stringContaining('is DATABASE_URL right?') });
  const id = await placeHeld();
  await set(id, 'rejected', 'unknown-sku');
  expect(await start()).toMatchObject({
    code: 1,
    stdout: `${id}  held-without-order  orders: rejected, inventory: reserved\n1 difference\n`,
  });
  expect(await start('--mend')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 mended') });
  expect(await start()).toMatchObject({ code: 0, stdout: 'no differences\n' });
  orders.inventory.control.trouble = () => 'reset';
  expect(await start()).toMatchObject({ code: 2, stderr: expect.stringContaining('could not compare') });
});
