import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { startInventory } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const inventory = await startInventory({ DATABASE_POOL_MAX: '1' });
  const resilience = async () => (await inventory.send('GET', '/resilience')).body;
  const [postgres] = (await resilience()).dependencies;
  expect(postgres.policies.bulkhead).toMatchObject({ limit: 1 });

  const slow = sql`select pg_sleep(0.3)`.execute(inventory.db);
  const reads = Array.from({ length: 4 }, () => inventory.send('GET', '/v1/products'));
  const waits: number[] = [];
  const longestWait = async () => {
    waits.push((await resilience()).admission.queueWaitMs);
    return Math.max(...waits);
  };
  await expect.poll(longestWait, { interval: 20, timeout: 5000 }).toBeGreaterThan(50);
  await Promise.all([slow, ...reads]);
  await inventory.close();
});
