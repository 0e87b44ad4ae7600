import type { Flags } from '@ballast/flags';
import { createLoadShedder, systemClock } from '@ballast/resilience';
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
import { observe, observeFlags } from '@ballast/telemetry';
import type { Config } from './config.ts';
import { productsIn } from './db/products.ts';
import { reservationsIn } from './db/reservations.ts';
import { listProductsRoute, readProductRoute } from './routes/products.ts';
import {
  deleteReservationRoute,
  listReservationsRoute,
  putReservationRoute,
  readReservationRoute,
} from './routes/reservations.ts';
import { boundedByStock } from './use-cases/bounded-by-stock.ts';

const sweepBatch = 100;

export interface InventoryOptions {
  config: Config;
  database: Database;
  flags: Flags;
  logger: Logger;
}

/** The service, wired: an app that answers, and what has to be closed after it. */
export function createInventory({ config, database, flags, logger }: InventoryOptions) {
  const postgres = postgresGuard(config.DATABASE_POOL_MAX);
  const admission = createLoadShedder();
  const reservations = boundedByStock(
    guardedStore(reservationsIn(database, { ttlMs: config.RESERVATION_TTL_MS }), postgres, admission),
    {
      clock: systemClock,
      random: Math.random,
      maxConcurrent: Math.max(1, Math.floor(config.DATABASE_POOL_MAX / 3)),
    },
  );
  const products = guardedStore(productsIn(database), postgres, admission);
  const readiness = createReadiness({ required: { postgres: database.check } });
  observe(postgres);
  observeFlags(flags);
  applyProtections(flags, [], admission);

  const app = createApp({
    name: 'inventory',
    description: 'Products, stock and reservations: the one place that decides what is sold.',
    routes: [
      listProductsRoute(products),
      readProductRoute(products),
      listReservationsRoute(reservations),
      putReservationRoute(reservations),
      readReservationRoute(reservations),
      deleteReservationRoute(reservations),
    ],
    resilience: { dependencies: [postgres], flags },
    readiness,
    admission,
    config,
    logger,
  });
  const sweeper = startBackgroundTask({
    name: 'expire-reservations',
    everyMs: config.SWEEP_MS,
    run: async () => (await reservations.expire({ limit: sweepBatch })) === sweepBatch,
    logger,
  });
  return { app, readiness, onShutdown: [sweeper, admission, flags, database] };
}
