import { randomUUID } from 'node:crypto';
import { openDatabase } from '@ballast/service-kit';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { migrations } from '../src/db/migrations/index.ts';
import { startOrders } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const orders = await startOrders({ DATABASE_POOL_MAX: '2' });
  const { db, close } = await openDatabase({
    url: orders.settings.DATABASE_URL,
    name: 'elsewhere',
    migrations,
  });
  const resilience = async () => (await orders.send('GET', '/resilience')).body;
  const bulkhead = async () =>
    (await resilience()).dependencies.find(({ name }: { name: string }) => name === 'postgres').policies
      .bulkhead;
  expect(await bulkhead()).toMatchObject({ limit: 2, queued: 0 });

  const waits: number[] = [];
  await db.transaction().execute(async (transaction) => {
    await sql`lock table orders`.execute(transaction);
    for (let i = 0; i < 8; i++) void orders.send('GET', `/v1/orders/${randomUUID()}`);
    await expect.poll(async () => (await bulkhead()).queued).toBeGreaterThanOrEqual(6);
    await sql`select pg_sleep(0.1)`.execute(transaction);
  });
  const seen = async () => {
    waits.push((await resilience()).admission.queueWaitMs);
    return Math.max(...waits);
  };
  await expect.poll(seen, { interval: 20 }).toBeGreaterThan(50);
  await close();
  await orders.close();
});
