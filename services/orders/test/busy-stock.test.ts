import { expect, it } from 'vitest';
import { flagsWith, mug, startOrders } from './service.ts';

const boots = { sku: 'SEABOOTS', quantity: 1 };
const busy = {
  status: 503,
  headers: { 'retry-after': '1' },
  body: { type: 'about:blank', title: 'Stock busy', status: 503, code: 'stock-busy' },
};

it('takes an order for a busy product as pending and confirms every other one, its breaker closed', async () => {
  const orders = await startOrders({ OUTBOX_POLL_MS: '60000' }, flagsWith({ 'protection.shedding': false }));
  orders.inventory.control.trouble = ({ method, body }) =>
    method === 'PUT' && body.items[0].sku === boots.sku ? busy : undefined;

  for (let round = 0; round < 40; round++) {
    const [ofMug, ofBoots] = await Promise.all([
      orders.place({ items: [mug] }),
      orders.place({ items: [boots] }),
    ]);
    expect(ofMug).toMatchObject({ status: 201, body: { status: 'confirmed' } });
    expect(ofBoots).toMatchObject({ status: 202, body: { status: 'pending' } });
  }
  const { body } = await orders.send('GET', '/resilience');
  const inventory = body.dependencies.find(({ name }: { name: string }) => name === 'inventory');
  expect(inventory.policies.breaker).toMatchObject({ state: 'closed' });
  await orders.close();
});
