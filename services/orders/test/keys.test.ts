import { randomUUID } from 'node:crypto';
import { type Database, openDatabase, sql } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { migrations } from '../src/db/migrations/index.ts';
import { ordersIn } from '../src/db/orders.ts';
import type { OrderStore } from '../src/use-cases/order.ts';

let db: Database;
let store: OrderStore;
beforeAll(async () => {
  const url = await createTestDatabase(inject('databaseServerUrl'));
  db = await openDatabase({ name: 'keys', url, migrations });
  store = ordersIn(db, { lockMs: 1000, keepKeysMs: 60_000, keepDeliveredMs: 60_000 });
});
afterAll(() => db.close());

const place = async (key: string) => {
  const draft = { id: randomUUID(), customerId: 'ida', items: [], totalCents: 0, createdAt: new Date() };
  return { id: draft.id, placement: await store.place(draft, { key, fingerprint: '' }) };
};

it('a key can not be removed while its order is pending, whatever the code believes', async () => {
  const { id } = await place('owed');
  const remove = () => db.query(sql`delete from idempotency_keys where key = 'owed' returning key`);
  expect(await remove()).toEqual([]);
  await store.settle(id, { status: 'confirmed' });
  expect(await remove()).toEqual([{ key: 'owed' }]);
});

it('an order remembers its key when the key itself is forgotten', async () => {
  const { id } = await place('remembered');
  await store.settle(id, { status: 'confirmed' });
  await db.query(sql`delete from idempotency_keys where key = 'remembered'`);
  expect(await db.query(sql`select idempotency_key as key from orders where id = ${id}`)).toEqual([
    { key: 'remembered' },
  ]);
});

it('a key whose order is gone is as good as new, for one of those who come at once', async () => {
  await place('orphaned');
  await db.query(sql`delete from orders where idempotency_key = 'orphaned'`);
  const placed = await Promise.all(Array.from({ length: 8 }, () => place('orphaned')));
  expect(placed.filter(({ placement }) => placement.kind === 'placed')).toHaveLength(1);
  expect(await db.query(sql`select id from orders where idempotency_key = 'orphaned'`)).toHaveLength(1);
});
