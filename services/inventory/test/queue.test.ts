import { assertVisibleQueue } from '@ballast/service-kit/testing';
import { it } from 'vitest';
import { startInventory } from './service.ts';

it('waits for the database in a queue that the shedder sees', async () => {
  const inventory = await startInventory({ DATABASE_POOL_MAX: '1' });
  await assertVisibleQueue(inventory, '/v1/products');
  await inventory.close();
});
