import { expect, it } from 'vitest';
import { startRecommendation } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const recommendation = await startRecommendation({ DATABASE_POOL_MAX: '1' });
  const resilience = async () => (await recommendation.send('GET', '/resilience')).body;
  const [postgres] = (await resilience()).dependencies;
  expect(postgres).toMatchObject({ name: 'postgres', policies: { bulkhead: { limit: 1 } } });

  const waits: number[] = [];
  const longestWait = async () => {
    for (let i = 0; i < 4; i++) void recommendation.send('GET', '/v1/recommendations/ida');
    const { admission } = await resilience();
    waits.push(admission.queueWaitMs);
    return Math.max(...waits);
  };
  await recommendation.db.connection().execute(async () => {
    const maxWaitMs = (await resilience()).admission.settings.maxQueueWaitMs;
    await expect.poll(longestWait, { interval: 20 }).toBeGreaterThan(maxWaitMs);
  });
  await recommendation.close();
});
