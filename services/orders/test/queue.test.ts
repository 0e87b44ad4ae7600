import { assertVisibleQueue } from '@ballast/service-kit/testing';
import { it } from 'vitest';
import { startOrders } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const orders = await startOrders({ DATABASE_POOL_MAX: '1' });
  await assertVisibleQueue(orders, '/v1/orders/00000000-0000-4000-8000-000000000000');
  await orders.close();
});
