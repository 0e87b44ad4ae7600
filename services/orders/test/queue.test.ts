import { expect, it } from 'vitest';
import { startOrders } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const orders = await startOrders({ DATABASE_POOL_MAX: '1' });
  const resilience = async () => (await orders.send('GET', '/resilience')).body;
  const [postgres] = (await resilience()).dependencies;
  expect(postgres).toMatchObject({ name: 'postgres', policies: { bulkhead: { limit: 1 } } });

  const waits: number[] = [];
  const longestWait = async () => {
    for (let i = 0; i < 4; i++) void orders.send('GET', '/v1/orders/00000000-0000-4000-8000-000000000000');
    const { admission } = await resilience();
    waits.push(admission.queueWaitMs);
    return Math.max(...waits);
  };
  await orders.db.connection().execute(async () => {
    const maxWaitMs = (await resilience()).admission.settings.maxQueueWaitMs;
    await expect.poll(longestWait, { interval: 20 }).toBeGreaterThan(maxWaitMs);
  });
  await orders.close();
});
