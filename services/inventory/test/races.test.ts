import { systemClock } from '@ballast/resilience';
import { sql } from '@ballast/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reservationsIn } from '../src/db/reservations.ts';
import { boundedByStock } from '../src/use-cases/bounded-by-stock.ts';
import { type Inventory, startInventory } from './service.ts';

/** A store that waits as long as it takes for stock that is busy. */
const patientStore = (ttlMs: number) =>
  boundedByStock(reservationsIn(inventory.database, { ttlMs }), {
    clock: systemClock,
    random: Math.random,
    maxConcurrent: 10,
    maxWaitMs: 20_000,
  });

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.close());

const put = (order: string, items: object[], status = 'confirmed') =>
  inventory.insist('PUT', `/v1/reservations/${order}`, { items, status });
const count = <T>(values: T[], wanted: T) => values.filter((value) => value === wanted).length;

it('sells the last 50 pieces to exactly 50 of 80 customers who come at once', async () => {
  const orders = Array.from({ length: 80 }, (_, i) =>
    put(`rush-${i}`, [{ sku: 'PRINT-LIGHTHOUSE', quantity: 1 }]),
  );
  const statuses = (await Promise.all(orders)).map(({ status }) => status);
  expect(count(statuses, 200)).toBe(50);
  expect(count(statuses, 409)).toBe(30);
  expect(await inventory.stockOf('PRINT-LIGHTHOUSE')).toEqual({
    supplied: 50,
    available: 0,
    reserved: 0,
    sold: 50,
  });
  expect(await inventory.ledgerOf('PRINT-LIGHTHOUSE')).toEqual(await inventory.stockOf('PRINT-LIGHTHOUSE'));
});

it('decides once when the same order comes 20 times at once', async () => {
  const items = [{ sku: 'BELL-SHIPS-1905', quantity: 150 }];
  const statuses = Array.from({ length: 20 }, (_, i) =>
    put('twenty', items, i % 2 ? 'reserved' : 'confirmed'),
  );
  expect((await Promise.all(statuses)).every(({ status }) => status === 200)).toBe(true);
  expect(await inventory.stockOf('BELL-SHIPS-1905')).toMatchObject({ available: 50, reserved: 0, sold: 150 });
});

it('ends a reservation once when confirm, release and expiry meet, and never waits in a circle', async () => {
  const skus = ['CAP-WATCH', 'GLOVES-SAILING', 'OILSKIN-JACKET', 'SEABOOTS'];
  const store = patientStore(10);
  const rounds = Array.from({ length: 40 }, async (_, i) => {
    const items = skus.slice(i % 3).map((sku) => ({ sku, quantity: 1 + (i % 5) }));
    await store.decide(`meeting-${i}`, items);
    await Promise.all([
      store.confirm(`meeting-${i}`, items),
      store.release(`meeting-${i}`),
      store.expire({ limit: 5 }),
      store.decide(`meeting-${i}`, items),
    ]);
  });
  await Promise.all(rounds);

  const rows = await inventory.database.query<{ ends: number }>(sql`
    select count(*)::integer as ends from stock_movements
    where kind <> 'supplied' and kind <> 'reserved' group by reservation_id, sku`);
  expect(rows.every(({ ends }) => ends === 1)).toBe(true);
  for (const sku of skus) expect(await inventory.ledgerOf(sku)).toEqual(await inventory.stockOf(sku));
});

it('expires in batches that do not overlap when two sweepers run', async () => {
  const store = patientStore(1);
  // The holds that the test before left are overdue by then.
  await inventory.database.query(sql`select pg_sleep(0.02)`);
  await store.expire({ limit: 1000 });
  await Promise.all(
    Array.from({ length: 30 }, (_, i) => store.decide(`late-${i}`, [{ sku: 'KETTLE-GIMBAL', quantity: 1 }])),
  );
  await inventory.database.query(sql`select pg_sleep(0.01)`);
  const expired: number[] = [];
  while (expired.at(-1) !== 0) {
    const [some, others] = await Promise.all([store.expire({ limit: 10 }), store.expire({ limit: 10 })]);
    expired.push(some + others);
  }
  expect(expired.reduce((sum, n) => sum + n)).toBe(30);
  expect(Math.max(...expired)).toBeLessThanOrEqual(20);
  expect(await inventory.stockOf('KETTLE-GIMBAL')).toMatchObject({ available: 1_000_000, reserved: 0 });
});

it.each([
  ['changed', sql`update stock_movements set quantity = quantity + 1`],
  ['deleted', sql`delete from stock_movements`],
  ['truncated', sql`truncate stock_movements`],
])('keeps the ledger from being %s', async (_, rewriting) => {
  await expect(inventory.database.query(rewriting)).rejects.toThrow('append-only');
});

it('keeps the sums of the ledger when several replicas forget what ended, and more is sold meanwhile', async () => {
  const store = patientStore(60_000);
  const items = [
    { sku: 'LANTERN-BRASS', quantity: 2 },
    { sku: 'STOVE-SPIRIT', quantity: 1 },
  ];
  const sell = async (n: number) => {
    await store.decide(`season-${n}`, items);
    if (n % 3 === 0) await store.release(`season-${n}`);
    else await store.confirm(`season-${n}`, items);
  };
  for (let n = 0; n < 30; n++) await sell(n);
  const forget = async () => {
    while ((await store.forget({ keepMs: 0, limit: 7 })) > 0);
  };
  await Promise.all([forget(), forget(), ...Array.from({ length: 30 }, (_, n) => sell(30 + n))]);
  await forget();

  const left = await inventory.database.query(sql`select from reservations where order_id like 'season-%'`);
  expect(left).toEqual([]);
  expect(await inventory.stockOf('LANTERN-BRASS')).toMatchObject({ sold: 80, reserved: 0 });
  for (const { sku } of items) expect(await inventory.ledgerOf(sku)).toEqual(await inventory.stockOf(sku));
  const lines = await inventory.database.query(sql`
    select kind from stock_movements where sku = 'LANTERN-BRASS' order by kind`);
  expect(lines).toEqual(['confirmed', 'released', 'reserved', 'supplied'].map((kind) => ({ kind })));
});

it('refuses to sell more than there is, even if asked by hand', async () => {
  const overselling = sql`update stock set available = available - 60, sold = sold + 60 where sku = 'PRINT-LIGHTHOUSE'`;
  await expect(inventory.database.query(overselling)).rejects.toThrow('stock_never_negative');
});
