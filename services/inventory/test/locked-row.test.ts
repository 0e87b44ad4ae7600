import { sql } from '@ballast/service-kit';
import type { TestReply } from '@ballast/service-kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reservationsIn } from '../src/db/reservations.ts';
import { StockBusyError } from '../src/use-cases/reservation.ts';
import { type Inventory, startInventory } from './service.ts';

const locked = 'MUG-ENAMEL';
const others = ['KETTLE-GIMBAL', 'SEABOOTS', 'CAP-WATCH', 'HORN-SIGNAL', 'BAROMETER-BRASS'];

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.close());

let orders = 0;
const put = (skus: string[], status = 'confirmed') =>
  inventory.send('PUT', `/v1/reservations/order-${++orders}`, {
    items: skus.map((sku) => ({ sku, quantity: 1 })),
    status,
  });
const statuses = (replies: TestReply[]) => [...new Set(replies.map(({ status }) => status))];

/** Runs `work` while another session holds the row of a product; `stillLocked` keeps that session from being ended. */
function whileLocked(
  sku: string,
  work: (stillLocked: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  return inventory.database.transaction(async (session) => {
    await session.query(sql`select from stock where sku = ${sku} for update`);
    await work(() => session.query(sql`select 1`));
  });
}

it('sells every other product while the row of one is locked', async () => {
  await whileLocked(locked, async (stillLocked) => {
    const ofOthers: TestReply[] = [];
    const ofLocked: Promise<TestReply>[] = [];
    for (let round = 0; round < 100; round++) {
      const other = others[round % others.length] as string;
      ofLocked.push(put([locked]), put([other, locked]));
      ofOthers.push(...(await Promise.all(others.map((sku) => put([sku])))));
      await stillLocked();
    }
    expect(statuses(ofOthers)).toEqual([200]);
    const busy = await Promise.all(ofLocked);
    expect(busy.every(({ status, body }) => status === 503 && body.code === 'stock-busy')).toBe(true);
    expect(busy.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true);
    const { body } = await inventory.send('GET', '/resilience');
    expect(body.dependencies[0].policies.breaker).toMatchObject({ state: 'closed' });
  });
  expect((await put([locked])).status).toBe(200);
});

it('answers what was decided before, and expires other holds, while the row is locked', async () => {
  const decided = `/v1/reservations/order-${orders + 1}`;
  await put([locked], 'reserved');
  await put([locked], 'reserved');
  await put(['LANTERN-BRASS'], 'reserved');
  const overdue = [`order-${orders - 1}`, `order-${orders}`];
  for (const orderId of overdue) await inventory.overdue(orderId);

  await whileLocked(locked, async () => {
    const again = { items: [{ sku: locked, quantity: 1 }], status: 'reserved' };
    expect((await inventory.send('PUT', decided, again)).status).toBe(200);
    expect((await inventory.send('DELETE', decided)).body.code).toBe('stock-busy');
    const store = reservationsIn(inventory.database, { ttlMs: 1000 });
    expect(await store.expire({ limit: 10 })).toBe(1);
    expect((await store.find(overdue[1] as string))?.status).toBe('expired');
    await expect(store.expire({ orderId: overdue[0] as string, limit: 1 })).rejects.toThrow(StockBusyError);
  });
  expect((await inventory.send('DELETE', decided)).status).toBe(204);
});
