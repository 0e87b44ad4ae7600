import type { Flags } from '@ballast/flags';
import { createLoadShedder } from '@ballast/resilience';
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
import { deleteReservationRoute, putReservationRoute, readReservationRoute } from './routes/reservations.ts';

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
  const reservations = guardedStore(
    reservationsIn(database, { ttlMs: config.RESERVATION_TTL_MS }),
    postgres,
    admission,
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
