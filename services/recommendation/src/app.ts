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
import { purchasesIn } from './db/purchases.ts';
import { putPurchaseRoute } from './routes/purchases.ts';
import { recommendationsRoute } from './routes/recommendations.ts';

const countBatch = 200;

export interface RecommendationOptions {
  config: Config;
  database: Database;
  flags: Flags;
  logger: Logger;
}

/** The service, wired: an app that answers, and what has to be closed after it. */
export function createRecommendation({ config, database, flags, logger }: RecommendationOptions) {
  const postgres = postgresGuard(config.DATABASE_POOL_MAX);
  const admission = createLoadShedder();
  const purchases = guardedStore(purchasesIn(database), postgres, admission);
  const readiness = createReadiness({ required: { postgres: database.check } });
  observe(postgres);
  observeFlags(flags);
  applyProtections(flags, [], admission);

  const app = createApp({
    name: 'recommendation',
    description: 'What customers may like, counted over what was really bought.',
    routes: [recommendationsRoute(purchases), putPurchaseRoute(purchases)],
    resilience: { dependencies: [postgres], flags },
    readiness,
    admission,
    config,
    logger,
  });
  const counter = startBackgroundTask({
    name: 'count-purchases',
    everyMs: config.COUNT_MS,
    run: async () => (await purchases.count(countBatch)) === countBatch,
    logger,
  });
  return { app, readiness, onShutdown: [counter, admission, flags, database] };
}
