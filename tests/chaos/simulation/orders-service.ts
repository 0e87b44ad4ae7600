import {
  createRelay,
  type Order,
  type OrderRequest,
  type OutboxKind,
  placeOrder,
  type Shop,
  settleOrder,
  UnknownSkuError,
} from '@ballast/orders/simulation';
import { quantities } from '../checker/order-lines.ts';
import { inBackground } from './background.ts';
import { inventoryService } from './inventory-service.ts';
import type { Machine } from './machine.ts';
import { overWire, type SimulatedSystem } from './simulated-system.ts';

/** The orders service on one machine: the real use cases and relay over a network that loses, doubles and delays. */
export function ordersService(system: SimulatedSystem, machine: Machine) {
  const { world, conditions, databases } = system;
  const ask = <T>(act: () => Promise<T>) => machine.call(system.ordersDatabase, system.wire, act);
  const outbox = overWire(databases.orders.outbox, ask);
  const shop: Shop = {
    orders: overWire(databases.orders.store, ask),
    catalogue: { lookUp: async (skus) => new Map(skus.map((sku) => [sku, priced(system, sku)])) },
    inventory: async (request) => {
      const replica = world.random.pick(system.inventory);
      const service = inventoryService(system, replica);
      return { value: await machine.call(replica, system.network, () => service.put(request)) };
    },
    recommend: async () => ({ source: 'default', items: [] }),
    newOrderId: () => `order-${world.random.next().toString(36).slice(2)}`,
    clock: machine,
  };

  function relay(kind: OutboxKind, deliver: (order: Order) => Promise<unknown>): void {
    const settings = { leaseMs: conditions.leaseMs };
    const { deliverDue } = createRelay({
      kind,
      outbox,
      deliver,
      settings,
      clock: machine,
      random: world.random.next,
    });
    inBackground(machine, conditions.pollMs, deliverDue);
  }

  /** `PUT /v1/purchases/{orderId}`: recording an order again changes nothing. */
  async function announce({ id }: Order): Promise<void> {
    await machine.call(system.recommendation, system.network, async () => {
      databases.purchases.set(id, databases.purchases.get(id) ?? 1);
    });
  }

  return {
    place: (request: OrderRequest, key: string) =>
      placeOrder(shop, { request, key: { key, fingerprint: fingerprintOf(request) } }, {}),
    read: (orderId: string) => shop.orders.find(orderId),
    start() {
      relay('settle-order', (order) => settleOrder(shop, order, {}));
      relay('order-confirmed', announce);
    },
  };
}

function priced({ conditions }: SimulatedSystem, sku: string) {
  if (conditions.supply[sku] === undefined) throw new UnknownSkuError(sku);
  return { sku, name: sku, priceCents: 100 };
}

/** Equal for equal requests, whatever the sequence of their lines. */
function fingerprintOf({ customerId, items }: OrderRequest): string {
  return JSON.stringify([customerId, [...quantities(items)].sort()]);
}
