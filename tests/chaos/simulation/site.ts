import { type MemoryReservations, memoryReservations } from '@ballast/inventory/simulation';
import { type MemoryOrders, memoryOrders } from '@ballast/orders/simulation';
import { type Conditions, calmNetwork, calmWire } from './conditions.ts';
import { inventoryService } from './inventory-service.ts';
import { type Link, Machine } from './machine.ts';
import { ordersService } from './orders-service.ts';
import type { World } from './world.ts';

/** A store as seen over the wire: each operation is a request that may fail, and may have happened all the same. */
export function overWire<Store extends object>(
  store: Store,
  ask: <T>(act: () => Promise<T>) => Promise<T>,
): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => ask(() => member.apply(target, args) as Promise<unknown>);
    },
  });
}

export type Databases = {
  readonly orders: MemoryOrders;
  readonly inventory: MemoryReservations;
  /** Per order, how often it was counted as a purchase. */
  readonly purchases: Map<string, number>;
};

/** Lets a test break the system in one place, to see the checker notice. */
export type Sabotage = (databases: Databases, world: World) => Databases;

/** The machines of the system and the links between them. */
export type Site = {
  readonly world: World;
  readonly conditions: Conditions;
  readonly databases: Databases;
  readonly ordersDatabase: Machine;
  readonly inventoryDatabase: Machine;
  readonly orders: readonly Machine[];
  readonly inventory: readonly Machine[];
  readonly recommendation: Machine;
  network: Link;
  wire: Link;
};

export function buildSite(
  world: World,
  conditions: Conditions,
  sabotage: Sabotage = (databases) => databases,
): Site {
  const ordersDatabase = new Machine(world, 'orders-database');
  const inventoryDatabase = new Machine(world, 'inventory-database');
  const databases = sabotage(
    {
      orders: memoryOrders({
        lockMs: conditions.lockMs,
        keepKeysMs: 86_400_000,
        keepDeliveredMs: 86_400_000,
        clock: { now: () => ordersDatabase.now },
      }),
      inventory: memoryReservations({
        supply: { ...conditions.supply },
        ttlMs: conditions.reservationMs,
        clock: { now: () => inventoryDatabase.now },
      }),
      purchases: new Map(),
    },
    world,
  );
  const replicas = (service: string, boot: (machine: Machine) => void) =>
    Array.from({ length: conditions.replicas }, (_, index): Machine => {
      const machine: Machine = new Machine(world, `${service}-${index + 1}`, () => boot(machine));
      return machine;
    });
  const site: Site = {
    world,
    conditions,
    databases,
    ordersDatabase,
    inventoryDatabase,
    orders: replicas('orders', (machine) => ordersService(site, machine).start()),
    inventory: replicas('inventory', (machine) => inventoryService(site, machine).start()),
    recommendation: new Machine(world, 'recommendation'),
    network: calmNetwork,
    wire: calmWire,
  };
  for (const machine of site.orders) ordersService(site, machine).start();
  for (const machine of site.inventory) inventoryService(site, machine).start();
  return site;
}

/** Every machine that may crash. */
export function machinesOf({ orders, inventory, recommendation }: Site): Machine[] {
  return [...orders, ...inventory, recommendation];
}
