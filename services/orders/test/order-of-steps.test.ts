import { expect, it } from 'vitest';
import { memoryOrders } from '../simulation/memory-orders.ts';
import { placeOrder } from '../src/use-cases/place-order.ts';

const hourMs = 3_600_000;

it('is stored before inventory is asked about it', async () => {
  const clock = { now: () => 0 };
  const { store, orders } = memoryOrders({
    clock,
    lockMs: hourMs,
    keepKeysMs: hourMs,
    keepDeliveredMs: hourMs,
  });
  const storedWhenAsked: boolean[] = [];
  const shop = {
    orders: store,
    catalogue: {
      lookUp: async () => new Map([['MUG', { sku: 'MUG', name: 'Mug', priceCents: 990 }]]),
    },
    inventory: async ({ orderId, status }: { orderId: string; status: 'reserved' | 'confirmed' }) => {
      storedWhenAsked.push(orders.has(orderId));
      return { value: { status } };
    },
    recommend: async () => ({ source: 'default' as const, items: [] }),
    newOrderId: () => 'order-1',
    clock,
  };
  const request = { customerId: 'ida', items: [{ sku: 'MUG', quantity: 1 }] };
  const placed = await placeOrder(shop, { request, key: { key: 'k', fingerprint: 'f' } }, {});
  expect(placed.order.status).toBe('confirmed');
  expect(storedWhenAsked).toEqual([true, true]);
});
