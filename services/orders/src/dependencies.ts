import { createCache } from '@ballast/cache';
import { httpClient, type Logger, postgresGuard } from '@ballast/service-kit';
import { z } from 'zod';
import type { Config } from './config.ts';
import { catalogueDependency } from './dependencies/catalogue.ts';
import { inventoryDependency } from './dependencies/inventory.ts';
import { purchasesDependency } from './dependencies/purchases.ts';
import { recommendationDependency } from './dependencies/recommendation.ts';
import type { Environment } from './environment.ts';

/** Everything orders depends on, each guarded, made once per process. */
export function createDependencies(
  config: Config,
  {
    logger,
    isRecommending,
    environment,
  }: { logger: Logger; isRecommending: () => boolean; environment: Environment },
) {
  const { clock, wallClock, random, redisAt, dispatcherTo } = environment;
  const timing = { clock, random };
  // A pool of connections per dependency: one that hangs can't take the connections of another.
  const client = (name: string, baseUrl: string, maxConnections: number) =>
    httpClient({ name, baseUrl, maxConnections, dispatcher: dispatcherTo?.(new URL(baseUrl).hostname) });
  const inventoryHttp = client('inventory', config.INVENTORY_URL, 64);
  const catalogueHttp = client('catalogue', config.INVENTORY_URL, 2);
  const recommendationHttp = client('recommendation', config.RECOMMENDATION_URL, 32);
  const purchasesHttp = client('purchases', config.RECOMMENDATION_URL, 8);
  const redis = config.REDIS_URL ? redisAt(config.REDIS_URL, logger) : undefined;
  const schema = z.array(z.string());
  const cache = createCache({ name: 'recommendations', schema, redis, clock, wallClock, random });
  return {
    cache,
    postgres: postgresGuard(config.DATABASE_POOL_MAX, timing),
    inventory: inventoryDependency(inventoryHttp, timing),
    catalogue: catalogueDependency(catalogueHttp, timing),
    purchases: purchasesDependency(purchasesHttp, timing),
    recommendation: recommendationDependency(recommendationHttp, {
      cache,
      isEnabled: isRecommending,
      ...timing,
    }),
    closables: [
      inventoryHttp,
      catalogueHttp,
      recommendationHttp,
      purchasesHttp,
      cache,
      { name: 'redis', close: () => redis?.disconnect() },
    ],
  };
}

export type Dependencies = ReturnType<typeof createDependencies>;
