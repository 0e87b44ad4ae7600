import { randomUUID } from 'node:crypto';
import type { Flags } from '@ballast/flags';
import { createLoadShedder, systemClock } from '@ballast/resilience';
import { wallClock } from '@ballast/resilience/primitives';
import {
  applyProtections,
  createApp,
  createReadiness,
  type Database,
  degradedBy,
  guardedStore,
  type Logger,
} from '@ballast/service-kit';
import { observe, observeFlags } from '@ballast/telemetry';
import { startBackgroundWork } from './background.ts';
import type { Config } from './config.ts';
import { catalogueIn } from './db/catalogue.ts';
import { ordersIn } from './db/orders.ts';
import { outboxIn } from './db/outbox.ts';
import { createDependencies, type Dependencies } from './dependencies.ts';
import { cancelOrderRoute } from './routes/cancel-order.ts';
import { readParkedRoute, requeueManyRoute, requeueRoute } from './routes/outbox.ts';
import { placeOrderRoute } from './routes/place-order.ts';
import { readOrderRoute, readStoryRoute } from './routes/read-order.ts';
import { recommendationsRoute } from './routes/recommendations.ts';
import { Stories } from './stories.ts';
import { cancelOrder } from './use-cases/cancel-order.ts';
import { type Catalogue, createCatalogue } from './use-cases/catalogue.ts';
import type { OrderStore } from './use-cases/order.ts';
import type { Shop } from './use-cases/place-order.ts';
import { withNames } from './use-cases/recommend.ts';

export interface OrdersOptions {
  config: Config;
  database: Database;
  flags: Flags;
  logger: Logger;
}

/** The service, wired: an app that answers, and what has to be closed after it. */
export async function createOrders({ config, database, flags, logger }: OrdersOptions) {
  const isRecommending = () => flags.isOn('feature.recommendations');
  const dependencies = createDependencies(config, { logger, isRecommending });
  const { postgres, inventory, recommendation, purchases, cache } = dependencies;
  const guarded = [postgres, inventory, recommendation, purchases, dependencies.catalogue];
  const stories = new Stories();
  observeFlags(flags);
  for (const dependency of guarded) {
    observe(dependency);
    dependency.onEvent(stories.record);
  }
  const admission = createLoadShedder();
  const orders = guardedStore(ordersIn(database, keepingOf(config)), postgres, admission);
  const outbox = guardedStore(outboxIn(database), postgres, admission);
  const catalogue = await openCatalogue(dependencies, database);
  const shop = openShop(dependencies, { orders, catalogue, stories });

  const readiness = createReadiness({
    required: { postgres: database.check, catalogue: async () => demandPrices(catalogue) },
    optional: { inventory: degradedBy(inventory), recommendation: degradedBy(recommendation) },
  });
  // The database keeps its guard: what is shown without protections are the services.
  applyProtections(
    flags,
    guarded.filter((dependency) => dependency !== postgres),
    admission,
    [cache],
  );
  const app = createApp({
    name: 'orders',
    description: 'Takes orders and keeps them, whatever happens to the services it asks.',
    routes: [
      placeOrderRoute(shop),
      readOrderRoute(orders),
      readStoryRoute(stories),
      recommendationsRoute(async (customerId, options) =>
        withNames(await recommendation.call(customerId, options), catalogue.nameOf),
      ),
    ],
    operator: {
      token: config.OPERATOR_TOKEN,
      routes: [
        readParkedRoute(outbox),
        requeueRoute(outbox),
        requeueManyRoute(outbox),
        cancelOrderRoute((orderId, context) =>
          cancelOrder({ orders, release: inventory.call }, orderId, stories.optionsFor(orderId, context)),
        ),
      ],
    },
    resilience: { dependencies: guarded, caches: [cache], flags },
    readiness,
    admission,
    config,
    logger,
  });
  const background = startBackgroundWork({ shop, outbox, catalogue, stories, dependencies, config, logger });
  return {
    app,
    readiness,
    onShutdown: [...background, ...dependencies.closables, admission, flags, database],
  };
}

function keepingOf(config: Config) {
  return {
    lockMs: config.ORDER_LOCK_MS,
    keepKeysMs: config.IDEMPOTENCY_KEEP_MS,
    keepDeliveredMs: config.OUTBOX_KEEP_MS,
    keepOrdersMs: config.ORDER_KEEP_MS === 0 ? undefined : config.ORDER_KEEP_MS,
  };
}

async function openCatalogue({ catalogue: source, postgres }: Dependencies, database: Database) {
  const catalogue = createCatalogue({
    fetchAll: async (options) => (await source.call(undefined, options)).value,
    store: guardedStore(catalogueIn(database), postgres),
    clock: systemClock,
  });
  await catalogue.restore();
  return catalogue;
}

function openShop(
  { inventory, recommendation }: Dependencies,
  { orders, catalogue, stories }: { orders: OrderStore; catalogue: Catalogue; stories: Stories },
): Shop {
  return {
    orders,
    catalogue,
    inventory: (request, options) => inventory.call(request, stories.optionsFor(request.orderId, options)),
    recommend: async ({ id, customerId }, options) =>
      withNames(await recommendation.call(customerId, stories.optionsFor(id, options)), catalogue.nameOf),
    newOrderId: randomUUID,
    clock: wallClock,
  };
}

// Only until the catalogue was copied for the first time ever: afterwards prices are known without inventory.
function demandPrices(catalogue: Catalogue): void {
  if (catalogue.isEmpty()) throw new Error('no price is known yet');
}
