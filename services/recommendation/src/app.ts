import type { Flags } from '@ballast/flags';
import { createLoadShedder, type OperationsOptions } from '@ballast/resilience';
import {
  applyProtections,
  createApp,
  createReadiness,
  type Database,
  guardedStore,
  type Logger,
  postgresGuard,
} from '@ballast/service-kit';
import { observe } from '@ballast/telemetry';
import { type BackgroundParts, startBackgroundWork } from './background.ts';
import type { Config } from './config.ts';
import { purchasesIn } from './db/purchases.ts';
import { putPurchaseRoute } from './routes/purchases.ts';
import { recommendationsRoute } from './routes/recommendations.ts';
import type { PurchaseStore } from './use-cases/advice.ts';

export interface RecommendationOptions {
  config: Config;
  database: Database;
  flags: Flags;
  logger: Logger;
}

/** The service, wired: an app that answers, and what has to be closed after it. */
export function createRecommendation({ config, database, flags, logger }: RecommendationOptions) {
  const { postgres, admission, routes, startBackground } = wireRecommendation({
    config,
    store: purchasesIn(database),
    logger,
  });
  const readiness = createReadiness({ required: { postgres: database.check } });
  observe(postgres);
  applyProtections(flags, [], admission);

  const app = createApp({
    name: 'recommendation',
    description: 'What customers may like, counted over what was really bought.',
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
  config: Pick<Config, 'DATABASE_POOL_MAX'> & BackgroundParts['config'];
  store: PurchaseStore;
  logger: Logger;
  /** The clock and the random source of the process, where these are not its own. */
  timing?: Required<Pick<OperationsOptions, 'clock' | 'random'>>;
}

/** The service without its transport and its database: all that a simulation runs of it. */
export function wireRecommendation({ config, store, logger, timing }: WiringOptions) {
  const postgres = postgresGuard(config.DATABASE_POOL_MAX, timing);
  const admission = createLoadShedder(timing);
  const purchases = guardedStore(store, postgres, admission, timing?.clock);
  const startBackground = () => startBackgroundWork({ purchases, config, logger, ...timing });
  return {
    postgres,
    admission,
    routes: [recommendationsRoute(purchases), putPurchaseRoute(purchases)],
    startBackground,
  };
}
