import type { MemoryReservations } from '@ballast/inventory/simulation';
import type { MemoryOrders } from '@ballast/orders/simulation';
import type { Conditions } from './conditions.ts';
import type { Link, Machine } from './machine.ts';
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

/** Breaks the system in one place, so that a test can see the checker notice. */
export type PlantBug = (databases: Databases, world: World) => Databases;

/** The machines of the system and the links between them. */
export type SimulatedSystem = {
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

/** Every machine that may crash. */
export function machinesOf({ orders, inventory, recommendation }: SimulatedSystem): Machine[] {
  return [...orders, ...inventory, recommendation];
}
