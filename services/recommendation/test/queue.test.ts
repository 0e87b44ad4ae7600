import { assertVisibleQueue } from '@ballast/service-kit/testing';
import { it } from 'vitest';
import { startRecommendation } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const recommendation = await startRecommendation({ DATABASE_POOL_MAX: '1' });
  await assertVisibleQueue(recommendation, '/v1/recommendations/ida');
  await recommendation.close();
});
