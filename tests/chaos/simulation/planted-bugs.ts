import type { InvariantId } from '../checker/verdict.ts';
import type { Databases, PlantBug } from './simulated-system.ts';

/** A bug planted in one place, and the invariant that it breaks. */
export type PlantedBug = { readonly name: string; readonly breaks: InvariantId; readonly plant: PlantBug };

export const plantedBugs: readonly PlantedBug[] = [
  { name: 'the key is not looked up before an order is stored', breaks: 'I1', plant: forgetKeys },
  { name: 'the database says that it has stored what it has not', breaks: 'I2', plant: loseWrites },
  { name: 'reads come from a replica that lags behind', breaks: 'I2', plant: lagBehind },
  { name: 'the order is stored with a line too many', breaks: 'I3', plant: addLine },
  { name: 'stock is taken again by a request that was decided', breaks: 'I4', plant: takeTwice },
  { name: 'an order is accepted although stock is short', breaks: 'I5', plant: ignoreShortage },
  { name: 'a reservation that has expired is confirmed', breaks: 'I11', plant: confirmExpired },
  { name: 'the order is settled without an event in the outbox', breaks: 'I7', plant: forgetEvent },
  { name: 'the receiver counts an event each time it arrives', breaks: 'I7', plant: countEachTime },
  { name: 'a request that comes later sets the order back', breaks: 'I8', plant: setBack },
  { name: 'the lease of a relay that died never ends', breaks: 'I10', plant: keepLease },
];

type OrderStore = Databases['orders']['store'];
type ReservationStore = Databases['inventory'];

/** Other operations stay as they are. */
function replaceOrders(
  { orders, ...rest }: Databases,
  replace: (store: OrderStore) => Partial<OrderStore>,
): Databases {
  return { ...rest, orders: { ...orders, store: { ...orders.store, ...replace(orders.store) } } };
}

function replaceInventory(
  databases: Databases,
  replace: (store: ReservationStore) => Partial<ReservationStore>,
): Databases {
  return { ...databases, inventory: { ...databases.inventory, ...replace(databases.inventory) } };
}

function forgetKeys(databases: Databases): Databases {
  return replaceOrders(databases, (store) => ({
    place(order, key) {
      databases.orders.keys.delete(key.key);
      return store.place(order, key);
    },
  }));
}

function loseWrites(databases: Databases, world: Parameters<PlantBug>[1]): Databases {
  return replaceOrders(databases, (store) => ({
    place: (order, key) =>
      world.random.chance(0.2) ? Promise.resolve({ kind: 'placed' }) : store.place(order, key),
  }));
}

function lagBehind(databases: Databases, world: Parameters<PlantBug>[1]): Databases {
  const visibleAt = new Map<string, number>();
  return replaceOrders(databases, (store) => ({
    place(order, key) {
      visibleAt.set(order.id, world.now() + 500);
      return store.place(order, key);
    },
    find: async (id) => (world.now() < (visibleAt.get(id) ?? 0) ? undefined : store.find(id)),
  }));
}

function addLine(databases: Databases): Databases {
  return replaceOrders(databases, (store) => ({
    place: (order, key) =>
      store.place({ ...order, items: [...order.items, { sku: 'mug', quantity: 1, unitPriceCents: 1 }] }, key),
  }));
}

function takeTwice(databases: Databases): Databases {
  return replaceInventory(databases, (store) => ({
    async decide(orderId, items) {
      const decided = await store.decide(orderId, items);
      for (const { sku, quantity } of decided ? [] : items) {
        const row = store.stock.get(sku);
        if (row) row.available -= quantity;
      }
      return decided;
    },
  }));
}

function ignoreShortage(databases: Databases): Databases {
  return replaceInventory(databases, (store) => ({
    async decide(orderId, items) {
      for (const { sku } of items) {
        const row = store.stock.get(sku);
        if (row && row.available < 5)
          Object.assign(row, { available: row.available + 5, sold: row.sold - 5 });
      }
      return store.decide(orderId, items);
    },
  }));
}

function confirmExpired(databases: Databases): Databases {
  return replaceInventory(databases, (store) => ({
    async confirm(orderId, items) {
      const expired = store.reservations.findLast((row) => row.orderId === orderId);
      if (expired?.status !== 'expired') return store.confirm(orderId, items);
      return { ...expired, status: 'confirmed', isOverdue: false };
    },
  }));
}

function forgetEvent(databases: Databases): Databases {
  return replaceOrders(databases, (store) => ({
    async settle(...args) {
      const isFirst = await store.settle(...args);
      const { rows } = databases.orders;
      const row = rows.findIndex(({ orderId, kind }) => orderId === args[0] && kind === 'order-confirmed');
      if (row >= 0) rows.splice(row, 1);
      return isFirst;
    },
  }));
}

function countEachTime(databases: Databases): Databases {
  const { recommendation } = databases;
  const record: typeof recommendation.store.record = async (purchase) => {
    recommendation.purchases.delete(purchase.orderId);
    await recommendation.store.record(purchase);
  };
  return {
    ...databases,
    recommendation: { ...recommendation, store: { ...recommendation.store, record } },
  };
}

function setBack(databases: Databases): Databases {
  return replaceOrders(databases, (store) => ({
    async postpone(orderId, answered) {
      const order = databases.orders.orders.get(orderId);
      if (order) databases.orders.orders.set(orderId, { ...order, status: 'pending' } as typeof order);
      return store.postpone(orderId, answered);
    },
  }));
}

/** Not by a lease of a day: a row that is due so much later than it can be is misdated, and claimed at once. */
function keepLease({ orders, ...rest }: Databases): Databases {
  const { rows } = orders;
  const claim: typeof orders.outbox.claim = (kind, options) => {
    const held = rows.filter((row) => row.claim !== null);
    for (const row of held) rows.splice(rows.indexOf(row), 1);
    const claimed = orders.outbox.claim(kind, options);
    rows.push(...held);
    return claimed;
  };
  return { ...rest, orders: { ...orders, outbox: { ...orders.outbox, claim } } };
}
