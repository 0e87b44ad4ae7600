import { randomUUID } from 'node:crypto';
import { type Database, openDatabase, sql } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { migrations } from '../src/db/migrations/index.ts';
import { ordersIn } from '../src/db/orders.ts';
import { outboxIn } from '../src/db/outbox.ts';

const leaseTimeMs = 60_000;
let db: Database;
beforeAll(async () => {
  const url = await createTestDatabase(inject('databaseServerUrl'));
  db = await openDatabase({ name: 'claims', url, migrations });
});
afterAll(() => db.close());

beforeEach(async () => {
  await db.query(sql`truncate orders, outbox, idempotency_keys cascade`);
  const store = ordersIn(db, { lockMs: 0, keepKeysMs: 60_000, keepDeliveredMs: 60_000 });
  const draft = { customerId: 'ida', items: [], totalCents: 0, createdAt: new Date() };
  for (let i = 0; i < 60; i++)
    await store.place({ ...draft, id: randomUUID() }, { key: `${i}`, fingerprint: '' });
});

it('gives each row to one of many relays that claim at once', async () => {
  const outbox = outboxIn(db);
  // With every connection open beforehand, the claims really meet.
  await Promise.all(Array.from({ length: 10 }, () => db.query(sql`select pg_sleep(0.1)`)));
  const claims = Array.from({ length: 12 }, () =>
    outbox.claim('settle-order', { limit: 10, leaseMs: leaseTimeMs }),
  );
  const ids = (await Promise.all(claims)).flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(10);
});

it('does not wait for a row that somebody else has locked', async () => {
  await db.transaction(async (elsewhere) => {
    await elsewhere.query(sql`select from outbox order by due_at limit 1 for update`);
    const rows = await outboxIn(db).claim('settle-order', { limit: 100, leaseMs: leaseTimeMs });
    expect(rows).toHaveLength(59);
  });
});

it('can not hold a row that is parked and done at once, whatever the code believes', async () => {
  const both = sql`update outbox set parked_at = now(), done_at = now()`;
  await expect(db.query(both)).rejects.toThrow('outbox_parked_or_done');
});

it('mends, when it is migrated, a row that an earlier version left parked and done at once', async () => {
  const url = await createTestDatabase(inject('databaseServerUrl'));
  const [[name, first] = ['', sql``]] = Object.entries(migrations);
  const old = await openDatabase({ name: 'old', url, migrations: { [name]: first } });
  await old.query(sql`
    with placed as (
      insert into orders (id, customer_id, items, total_cents, created_at)
      values (${randomUUID()}, 'ida', '[]', 0, now()) returning id
    )
    insert into outbox (order_id, kind, due_at, parked_at, done_at)
    select id, 'settle-order', now(), now(), now() from placed`);
  await old.close();
  const migrated = await openDatabase({ name: 'new', url, migrations });
  expect(await migrated.query(sql`select parked_at, done_at is not null as done from outbox`)).toEqual([
    { parked_at: null, done: true },
  ]);
  await migrated.close();
});
