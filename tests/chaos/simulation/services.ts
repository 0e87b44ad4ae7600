import { memoryProducts, wireInventory } from '@ballast/inventory/simulation';
import { configSchema, memoryCatalogue, wireOrders } from '@ballast/orders/simulation';
import { wireRecommendation } from '@ballast/recommendation/simulation';
import type { ResilienceEvent } from '@ballast/resilience';
import { type Route, readConfig, silentLogger } from '@ballast/service-kit';
import { dispatcherTo } from './dispatch.ts';
import { httpServer } from './http.ts';
import type { Process } from './machine.ts';
import { redisClient } from './redis.ts';
import { notice, type ServiceName, type SimulatedSystem } from './simulated-system.ts';
import { overWire } from './stores.ts';

/** A supervisor starts a process again that could not start. */
const restartAfterMs = 500;

/** The wiring of the services as they are shipped, each process on the machine that boots it. */
export type Services = Readonly<Record<ServiceName, (process: Process) => void>>;

export function servicesOf(system: SimulatedSystem): Services {
  const { conditions, databases } = system;
  const catalogueStore = memoryCatalogue();
  const products = memoryProducts(system.products, databases.inventory.stock);
  const config = readConfig(configSchema, {
    PORT: '1',
    DATABASE_URL: 'postgres://orders-database',
    DATABASE_POOL_MAX: `${conditions.poolMax}`,
    INVENTORY_URL: 'http://inventory',
    RECOMMENDATION_URL: 'http://recommendation',
    REDIS_URL: 'redis://redis',
    ORDER_LOCK_MS: `${conditions.lockMs}`,
    IDEMPOTENCY_KEEP_MS: `${conditions.keepKeysMs}`,
    OUTBOX_KEEP_MS: `${conditions.keepDeliveredMs}`,
    OUTBOX_POLL_MS: `${conditions.pollMs}`,
    SWEEP_MS: `${conditions.sweepMs}`,
    CATALOGUE_REFRESH_MS: `${conditions.catalogueRefreshMs}`,
  });
  const { poolMax: DatabasePoolMax, sweepMs: SweepMs } = conditions;

  async function startOrders(process: Process): Promise<void> {
    const { world, ordersDatabase } = system;
    const store = <S extends object>(memory: S) =>
      overWire(system, memory, { process, database: ordersDatabase });
    system.traffic.began(process.machine.name);
    const service = await wireOrders({
      config,
      stores: {
        orders: store(databases.orders.store),
        outbox: store(databases.orders.outbox),
        catalogue: store(catalogueStore),
      },
      logger: silentLogger,
      isRecommending: () => true,
      environment: {
        ...timingOf(process),
        wallClock: process.wallClock,
        newOrderId: () => orderIdOf(world.nextNumber()),
        redisAt: () => redisClient(system, process),
        dispatcherTo: (name) => dispatcherTo(system, process, name as ServiceName),
      },
      relay: { leaseMs: conditions.leaseMs, maxAttempts: conditions.maxAttempts },
    });
    for (const dependency of service.guarded) dependency.onEvent((event) => follow(system, process, event));
    const disposables = [...service.guarded, service.admission];
    listen(process, { ...service, routes: [...service.routes, ...service.operatorRoutes] }, disposables);
    service.startBackground();
  }

  function startInventory(process: Process): void {
    const store = <S extends object>(memory: S) =>
      overWire(system, memory, { process, database: system.inventoryDatabase });
    const service = wireInventory({
      config: { DATABASE_POOL_MAX: DatabasePoolMax, SWEEP_MS: SweepMs, RESERVATION_KEEP_MS: keepMs },
      stores: { reservations: store(reservationsOf(databases.inventory)), products: store(products) },
      logger: silentLogger,
      timing: timingOf(process),
    });
    service.postgres.onEvent((event) => follow(system, process, event));
    listen(process, service, [service.postgres, service.admission]);
    service.startBackground();
  }

  function startRecommendation(process: Process): void {
    const database = system.recommendationDatabase;
    const service = wireRecommendation({
      config: {
        DATABASE_POOL_MAX: DatabasePoolMax,
        COUNT_MS: SweepMs,
        SWEEP_MS: SweepMs,
        PURCHASE_KEEP_MS: keepMs,
      },
      store: overWire(system, databases.recommendation.store, { process, database }),
      logger: silentLogger,
      timing: timingOf(process),
    });
    service.postgres.onEvent((event) => follow(system, process, event));
    listen(process, service, [service.postgres, service.admission]);
    service.startBackground();
  }

  function listen(
    process: Process,
    {
      routes,
      admission,
    }: { routes: readonly Route[]; admission: Parameters<typeof httpServer>[0]['admission'] },
    disposables: readonly ({ dispose(): void } | { close(): void })[],
  ): void {
    system.servers.set(process, httpServer({ routes, admission, process }));
    // Not at the end of the process: what runs when a dependency is disposed would be code of a dead process.
    system.closing.push(() => {
      for (const disposable of disposables)
        'dispose' in disposable ? disposable.dispose() : disposable.close();
    });
  }

  return {
    orders(process) {
      startOrders(process).catch(() => process.machine.crashFor(restartAfterMs));
    },
    inventory: startInventory,
    recommendation: startRecommendation,
  };
}

/** Without the tables, which no process can read. */
/** Longer than any run: what a reservation or a purchase was is compared at the end. */
const keepMs = 90 * 86_400_000;

function reservationsOf({
  decide,
  find,
  list,
  confirm,
  release,
  expire,
  forget,
}: SimulatedSystem['databases']['inventory']) {
  return { decide, find, list, confirm, release, expire, forget };
}

function timingOf(process: Process) {
  const { world, name } = process.machine;
  return { clock: process, random: world.random.fork(`${name} ${world.nextNumber()}`).next };
}

function follow(system: SimulatedSystem, process: Process, event: ResilienceEvent): void {
  if (event.type === 'breaker.transition')
    system.world.trace(
      `breaker ${event.dependency} of ${process.machine.name}: ${event.from} to ${event.to} (${event.reason})`,
    );
  if (event.type === 'breaker.transition' && event.to === 'open') notice(system, 'a breaker opened');
  if (event.type === 'retry') system.traffic.retried(process.machine.name, event.dependency);
  if (event.type === 'rejected') notice(system, `rejected by ${event.policy}`);
  if (event.type === 'fallback') notice(system, `a ${event.source} answer was given`);
}

/** A uuid, since the API demands one. */
function orderIdOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
