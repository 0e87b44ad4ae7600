import { connectRedis, createCache } from '@ballast/cache';
import { httpClient, type Logger, postgresGuard } from '@ballast/service-kit';
import { z } from 'zod';
import type { Config } from './config.ts';
import { catalogueDependency } from './dependencies/catalogue.ts';
import { inventoryDependency } from './dependencies/inventory.ts';
import { purchasesDependency } from './dependencies/purchases.ts';
import { recommendationDependency } from './dependencies/recommendation.ts';

/** Everything orders depends on, each guarded, made once per process. */
export function createDependencies(
  config: Config,
  { logger, isRecommending }: { logger: Logger; isRecommending: () => boolean },
) {
  // A pool of connections per dependency: one that hangs can't take the connections of another.
  const inventoryHttp = httpClient({ name: 'inventory', baseUrl: config.INVENTORY_URL, maxConnections: 64 });
  const catalogueHttp = httpClient({ name: 'catalogue', baseUrl: config.INVENTORY_URL, maxConnections: 2 });
  const recommendationHttp = httpClient({
    name: 'recommendation',
    baseUrl: config.RECOMMENDATION_URL,
    maxConnections: 32,
  });
  const purchasesHttp = httpClient({
    name: 'purchases',
    baseUrl: config.RECOMMENDATION_URL,
    maxConnections: 8,
  });
  const redis = config.REDIS_URL ? connectRedis(config.REDIS_URL, { logger }) : undefined;
  const cache = createCache({ name: 'recommendations', schema: z.array(z.string()), redis });
  return {
    cache,
    postgres: postgresGuard(config.DATABASE_POOL_MAX),
    inventory: inventoryDependency(inventoryHttp),
    catalogue: catalogueDependency(catalogueHttp),
    purchases: purchasesDependency(purchasesHttp),
    recommendation: recommendationDependency(recommendationHttp, { cache, isEnabled: isRecommending }),
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
