import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryOrders, memoryOrders } from '../simulation/memory-orders.ts';
import type { OrderState } from '../src/use-cases/order.ts';
import { placeOrder, type Shop } from '../src/use-cases/place-order.ts';

const request = { customerId: 'ida', items: [{ sku: 'MUG-ENAMEL', quantity: 1 }] };
const key = { key: 'key', fingerprint: '' };
const entry = { sku: 'MUG-ENAMEL', name: 'Enamel mug', priceCents: 990 };
const clock = { now: () => 0 };

let database: MemoryOrders;
let shop: Shop;
beforeEach(() => {
  database = memoryOrders({ clock, lockMs: 5000, keepKeysMs: 60_000, keepDeliveredMs: 60_000 });
  shop = {
    orders: database.store,
    catalogue: { lookUp: async () => new Map([[entry.sku, entry]]) },
    inventory: async ({ status }) => ({ value: { status } }),
    recommend: async () => ({ source: 'live', items: [] }),
    newOrderId: () => 'order-1',
    clock,
  };
});
const place = () => placeOrder(shop, { request, key }, {});
/** Somebody else settles the order while inventory is asked, and then inventory answers this. */
function whileAsked(state: OrderState, answer: Shop['inventory']) {
  shop.inventory = async (...args) => {
    await database.store.settle('order-1', state);
    return answer(...args);
  };
}

describe('a first answer', () => {
  it('tells what the relay has settled meanwhile, although inventory could not be asked here', async () => {
    whileAsked({ status: 'confirmed' }, () => Promise.reject(new Error('timeout')));
    expect(await place()).toMatchObject({ order: { status: 'confirmed' }, isReplay: false });
  });

  it('tells how an operator ended the order, although inventory said why it would have ended anyway', async () => {
    const refused = { status: 'rejected', reason: 'insufficient-stock' } as const;
    whileAsked({ status: 'rejected', reason: 'cancelled' }, async () => ({ value: refused }));
    expect(await place()).toMatchObject({ order: { status: 'rejected', reason: 'cancelled' } });
  });

  it('is pending when it can not be written down', async () => {
    shop.orders = { ...database.store, settle: () => Promise.reject(new Error('away')) };
    expect(await place()).toMatchObject({ order: { status: 'pending' } });
  });
});

describe('a replay while the first request is at work', () => {
  const reenter = async (state: OrderState) => {
    let replay: Promise<unknown> | undefined;
    const { inventory } = shop;
    shop.inventory = async (...args) => {
      if (state.status !== 'pending') await database.store.settle('order-1', state);
      replay ??= place().catch((error: Error) => error.name);
      await replay;
      return inventory(...args);
    };
    await place();
    return replay;
  };

  it('is told to come back while the order is pending', async () => {
    expect(await reenter({ status: 'pending' })).toBe('RequestInFlightError');
  });

  it('is answered at once when the order is settled already', async () => {
    expect(await reenter({ status: 'confirmed' })).toMatchObject({
      order: { status: 'confirmed' },
      recommendations: { source: 'default', items: [] },
      isReplay: true,
    });
  });
});
