import { memoryReservations } from '@ballast/inventory/simulation';
import { memoryOrders } from '@ballast/orders/simulation';
import { type Conditions, healthyNetwork, healthyWire } from './conditions.ts';
import { inventoryService } from './inventory-service.ts';
import { Machine } from './machine.ts';
import { ordersService } from './orders-service.ts';
import type { PlantBug, SimulatedSystem } from './simulated-system.ts';
import type { World } from './world.ts';

/** The services on their machines, all of them started, over a network without faults. */
export function buildSystem(
  world: World,
  conditions: Conditions,
  plant: PlantBug = (databases) => databases,
): SimulatedSystem {
  const ordersDatabase = new Machine(world, 'orders-database');
  const inventoryDatabase = new Machine(world, 'inventory-database');
  const databases = plant(
    {
      orders: memoryOrders({
        lockMs: conditions.lockMs,
        keepKeysMs: 86_400_000,
        keepDeliveredMs: 86_400_000,
        clock: ordersDatabase,
      }),
      inventory: memoryReservations({
        supply: { ...conditions.supply },
        ttlMs: conditions.reservationMs,
        clock: inventoryDatabase,
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
  const system: SimulatedSystem = {
    world,
    conditions,
    databases,
    ordersDatabase,
    inventoryDatabase,
    orders: replicas('orders', (machine) => ordersService(system, machine).start()),
    inventory: replicas('inventory', (machine) => inventoryService(system, machine).start()),
    recommendation: new Machine(world, 'recommendation'),
    network: healthyNetwork,
    wire: healthyWire,
  };
  for (const machine of system.orders) ordersService(system, machine).start();
  for (const machine of system.inventory) inventoryService(system, machine).start();
  return system;
}
