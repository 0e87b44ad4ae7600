import { setTimeout as delay } from 'node:timers/promises';
import { sql } from '@ballast/service-kit';
import type { TestReply } from '@ballast/service-kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

/** Runs `work` while another session holds the row of a product. */
function whileLocked(sku: string, work: () => Promise<void>): Promise<void> {
  return inventory.database.transaction(async (session) => {
    await session.query(sql`select from stock where sku = ${sku} for update`);
    const isOver = { yet: false };
    const keepAlive = (async () => {
      // A transaction in which nothing happens would be ended by the server.
      while (!isOver.yet) {
        await session.query(sql`select 1`);
        await delay(100);
      }
    })();
    try {
      await work();
    } finally {
      isOver.yet = true;
      await keepAlive;
    }
  });
}

it('sells every other product while the row of one is locked', async () => {
  await whileLocked(locked, async () => {
    const ofLocked: Promise<TestReply>[] = [];
    const ofMixed: Promise<TestReply>[] = [];
    const ofOthers: Promise<TestReply>[] = [];
    for (let round = 0; round < 40; round++) {
      ofLocked.push(put([locked]), put([locked]));
      ofMixed.push(put([others[round % others.length] as string, locked]));
      ofOthers.push(...others.slice(0, 3).map((sku) => put([sku])));
      await delay(50);
    }
    expect(statuses(await Promise.all(ofOthers))).toEqual([200]);
    const busy = await Promise.all([...ofLocked, ...ofMixed]);
    expect(statuses(busy)).toEqual([503]);
    expect(busy.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true);
    const { body } = await inventory.send('GET', '/resilience');
    expect(body.dependencies[0].policies.breaker).toMatchObject({ state: 'closed' });
  });
  expect((await put([locked])).status).toBe(200);
});
