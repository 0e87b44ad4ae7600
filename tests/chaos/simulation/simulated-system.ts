import type { MemoryReservations } from '@ballast/inventory/simulation';
import type { MemoryOrders } from '@ballast/orders/simulation';
import type { MemoryPurchases } from '@ballast/recommendation/simulation';
import type { Conditions } from './conditions.ts';
import type { HttpServer } from './http.ts';
import type { Link } from './link.ts';
import type { Machine, Process } from './machine.ts';
import type { RedisData } from './redis-data.ts';
import type { Traffic } from './traffic.ts';
import type { World } from './world.ts';

export type ServiceName = 'orders' | 'inventory' | 'recommendation';

export type Product = {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  priceCents: number;
};

export type Databases = {
  readonly orders: MemoryOrders;
  readonly inventory: MemoryReservations;
  readonly recommendation: MemoryPurchases;
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
  readonly recommendationDatabase: Machine;
  readonly redis: Machine;
  readonly redisData: RedisData;
  /** What inventory lists. Prices change. */
  readonly products: Product[];
  readonly replicas: Readonly<Record<ServiceName, readonly Machine[]>>;
  /** What answers HTTP in the process that runs on a machine. */
  readonly servers: Map<Process, HttpServer>;
  /** Services that answer 404 for everything. */
  readonly misrouted: Set<string>;
  readonly traffic: Traffic;
  /** How often something happened that the history and the databases do not show. */
  readonly noticed: Map<string, number>;
  /** Called when the run is over. */
  readonly closing: (() => void)[];
  network: Link;
  wire: Link;
  redisLink: Link;
};

export function notice({ noticed }: SimulatedSystem, what: string): void {
  noticed.set(what, (noticed.get(what) ?? 0) + 1);
}

/** Every machine that may fail. */
export function machinesOf(system: SimulatedSystem): Machine[] {
  const { replicas, ordersDatabase, inventoryDatabase, recommendationDatabase, redis } = system;
  return [
    ...Object.values(replicas).flat(),
    ordersDatabase,
    inventoryDatabase,
    recommendationDatabase,
    redis,
  ];
}
