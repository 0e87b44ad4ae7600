import { expect, it } from 'vitest';
import { memoryOrders } from '../simulation/memory-orders.ts';
import { StockBusyError } from '../src/use-cases/ask-inventory.ts';
import { createRelay } from '../src/use-cases/relay.ts';
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

  for (let round = 0; round < 10; round++) {
    // Busy answers in a row are what a breaker takes for a dependency that asks to be left alone.
    for (const ofBoots of await Promise.all(
      Array.from({ length: 8 }, () => orders.place({ items: [boots] })),
    ))
      expect(ofBoots).toMatchObject({ status: 202, body: { status: 'pending' } });
    const ofMug = await orders.place({ items: [mug] });
    expect(ofMug).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  }
  const { body } = await orders.send('GET', '/resilience');
  const inventory = body.dependencies.find(({ name }: { name: string }) => name === 'inventory');
  expect(inventory.policies.breaker).toMatchObject({ state: 'closed' });
  await orders.close();
});

it('settles the pending orders for other products at full speed, and parks none for a busy one', async () => {
  let nowMs = 0;
  const clock = { now: () => nowMs };
  const { store, outbox, rows } = memoryOrders({ clock, lockMs: 0, keepKeysMs: 1, keepDeliveredMs: 1 });
  for (let n = 0; n < 200; n++) {
    const id = `${n % 2 ? 'busy' : 'free'}-${n}`;
    const draft = { id, customerId: 'ida', items: [], totalCents: 0, createdAt: new Date(0) };
    await store.place(draft, { key: id, fingerprint: '' });
  }
  const parked: string[] = [];
  let isLocked = true;
  const { deliverDue } = createRelay({
    kind: 'settle-order',
    outbox,
    async deliver({ id }) {
      if (isLocked && id.startsWith('busy'))
        throw new StockBusyError({ retryAfterMs: 1000, cause: undefined });
    },
    clock,
    random: () => 1,
    onParked: ({ order }) => parked.push(order.id),
  });
  const settled = (kind: string) =>
    rows.filter(({ orderId, doneAtMs }) => orderId.startsWith(kind) && doneAtMs !== null).length;

  for (let round = 0; round < 20; round++, nowMs += 250) await deliverDue();
  expect(settled('free')).toBe(100);
  for (let round = 0; round < 2000; round++, nowMs += 250) await deliverDue();
  expect(parked).toEqual([]);
  isLocked = false;
  for (let round = 0; round < 20; round++, nowMs += 1000) await deliverDue();
  expect(settled('busy')).toBe(100);
});
