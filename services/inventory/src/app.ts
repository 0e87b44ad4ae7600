import type { Flags } from '@ballast/flags';
import { createLoadShedder, type OperationsOptions, systemClock } from '@ballast/resilience';
import {
  applyProtections,
  createApp,
  createReadiness,
  type Database,
  guardedStore,
  type Logger,
  postgresGuard,
  startBackgroundTask,
} from '@ballast/service-kit';
import { observe } from '@ballast/telemetry';
import type { Config } from './config.ts';
import { type ProductStore, productsIn } from './db/products.ts';
import { reservationsIn } from './db/reservations.ts';
import { listProductsRoute, readProductRoute } from './routes/products.ts';
import {
  deleteReservationRoute,
  listReservationsRoute,
  putReservationRoute,
  readReservationRoute,
} from './routes/reservations.ts';
import { boundedByStock } from './use-cases/bounded-by-stock.ts';
import type { ReservationStore } from './use-cases/reservation.ts';

const sweepBatch = 100;

export interface InventoryOptions {
  config: Config;
  database: Database;
  flags: Flags;
  logger: Logger;
}

/** The service, wired: an app that answers, and what has to be closed after it. */
export function createInventory({ config, database, flags, logger }: InventoryOptions) {
  const stores = {
    reservations: reservationsIn(database, { ttlMs: config.RESERVATION_TTL_MS }),
    products: productsIn(database),
  };
  const { postgres, admission, routes, startBackground } = wireInventory({ config, stores, logger });
  const readiness = createReadiness({ required: { postgres: database.check } });
  observe(postgres);
  applyProtections(flags, [], admission);

  const app = createApp({
    name: 'inventory',
    description: 'Products, stock and reservations: the one place that decides what is sold.',
    routes,
    resilience: { dependencies: [postgres], flags },
    readiness,
    admission,
    config,
    logger,
  });
  return { app, readiness, onShutdown: [...startBackground(), admission, flags, database] };
}

export interface WiringOptions {
  config: Pick<Config, 'DATABASE_POOL_MAX' | 'SWEEP_MS' | 'RESERVATION_KEEP_MS'>;
  stores: { reservations: ReservationStore; products: ProductStore };
  logger: Logger;
  /** The clock and the random source of the process, where these are not its own. */
  timing?: Required<Pick<OperationsOptions, 'clock' | 'random'>>;
}

/** The service without its transport and its database: all that a simulation runs of it. */
export function wireInventory({ config, stores, logger, timing }: WiringOptions) {
  const postgres = postgresGuard(config.DATABASE_POOL_MAX, timing);
  const admission = createLoadShedder(timing);
  const { clock = systemClock, random = Math.random } = timing ?? {};
  const reservations = boundedByStock(guardedStore(stores.reservations, postgres, admission, clock), {
    clock,
    random,
    maxConcurrent: Math.max(1, Math.floor(config.DATABASE_POOL_MAX / 3)),
  });
  const products = guardedStore(stores.products, postgres, admission, clock);
  const routes = [
    listProductsRoute(products),
    readProductRoute(products),
    listReservationsRoute(reservations),
    putReservationRoute(reservations),
    readReservationRoute(reservations),
    deleteReservationRoute(reservations),
  ];
  const start = (name: string, sweep: () => Promise<number>) => {
    const run = async () => (await sweep()) === sweepBatch;
    return startBackgroundTask({ name, everyMs: config.SWEEP_MS, run, logger, ...timing });
  };
  const keepMs = config.RESERVATION_KEEP_MS;
  const startBackground = () => [
    start('expire-reservations', () => reservations.expire({ limit: sweepBatch })),
    start('forget-reservations', () => reservations.forget({ keepMs, limit: sweepBatch })),
  ];
  return { postgres, admission, routes, startBackground };
}
