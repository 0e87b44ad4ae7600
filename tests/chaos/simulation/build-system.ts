import { memoryReservations } from '@ballast/inventory/simulation';
import { longestRowDelayOf, memoryOrders } from '@ballast/orders/simulation';
import { memoryPurchases } from '@ballast/recommendation/simulation';
import {
  type Conditions,
  healthyNetwork,
  healthyRedisLink,
  healthyWire,
  priceCentsOf,
} from './conditions.ts';
import { Machine } from './machine.ts';
import { RedisData } from './redis-data.ts';
import { servicesOf } from './services.ts';
import type { PlantBug, ServiceName, SimulatedSystem } from './simulated-system.ts';
import { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/** The services on their machines, all of them started, over a network without faults. */
export function buildSystem(
  world: World,
  conditions: Conditions,
  plant: PlantBug = (databases) => databases,
): SimulatedSystem {
  const [ordersDatabase, inventoryDatabase, recommendationDatabase] = databaseNames.map(
    (name) => new Machine(world, name),
  ) as [Machine, Machine, Machine];
  const { lockMs, keepKeysMs, keepDeliveredMs, supply, reservationMs } = conditions;
  const databases = plant(
    {
      orders: memoryOrders({
        ...{ lockMs, keepKeysMs, keepDeliveredMs, clock: ordersDatabase },
        longestDelayMs: longestRowDelayOf({ ORDER_LOCK_MS: lockMs }),
      }),
      inventory: memoryReservations({
        supply: { ...supply },
        ttlMs: reservationMs,
        clock: inventoryDatabase,
      }),
      recommendation: memoryPurchases({ clock: recommendationDatabase }),
    },
    world,
  );
  const replicas = (service: ServiceName) =>
    machineNames(service, conditions).map(
      (name) => new Machine(world, name, (process) => services[service](process)),
    );
  const system: SimulatedSystem = {
    world,
    conditions,
    databases,
    ordersDatabase,
    inventoryDatabase,
    recommendationDatabase,
    redis: new Machine(world, 'redis'),
    redisData: new RedisData(),
    products: productsOf(conditions),
    replicas: {
      orders: replicas('orders'),
      inventory: replicas('inventory'),
      recommendation: replicas('recommendation'),
    },
    servers: new Map(),
    misrouted: new Set(),
    traffic: new Traffic(),
    noticed: new Map(),
    closing: [],
    network: healthyNetwork,
    wire: healthyWire,
    redisLink: healthyRedisLink,
  };
  const services = servicesOf(system);
  for (const machine of Object.values(system.replicas).flat()) machine.boot();
  return system;
}

function productsOf({ supply }: Conditions) {
  return Object.keys(supply).map((sku) => ({
    sku,
    name: `a ${sku}`,
    category: 'things',
    priceCents: priceCentsOf[sku] ?? 100,
  }));
}

const serviceNames: readonly ServiceName[] = ['orders', 'inventory', 'recommendation'];
const databaseNames = serviceNames.map((name) => `${name}-database`);

const machineNames = (service: ServiceName, { replicas }: Conditions): string[] =>
  Array.from({ length: replicas }, (_, index) => `${service}-${index + 1}`);

/** The names of all machines that faults may hit. */
export function targetsIn(conditions: Conditions) {
  return {
    services: serviceNames.flatMap((service) => machineNames(service, conditions)),
    databases: databaseNames,
  };
}
