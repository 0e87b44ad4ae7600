import type { Flags } from '@ballast/flags';
import { type Clock, createLoadShedder } from '@ballast/resilience';
import {
  applyProtections,
  createApp,
  createReadiness,
  type Database,
  degradedBy,
  guardedStore,
  type Logger,
} from '@ballast/service-kit';
import { observe } from '@ballast/telemetry';
import { startBackgroundWork } from './background.ts';
import type { Config } from './config.ts';
import { catalogueIn } from './db/catalogue.ts';
import { ordersIn } from './db/orders.ts';
import { outboxIn } from './db/outbox.ts';
import { createDependencies, type Dependencies } from './dependencies.ts';
import { type Environment, ownEnvironment } from './environment.ts';
import { cancelOrderRoute } from './routes/cancel-order.ts';
import { readParkedRoute, requeueManyRoute, requeueRoute } from './routes/outbox.ts';
import { placeOrderRoute } from './routes/place-order.ts';
import { readOrderRoute, readStoryRoute } from './routes/read-order.ts';
import { recommendationsRoute } from './routes/recommendations.ts';
import { Stories } from './stories.ts';
import { cancelOrder } from './use-cases/cancel-order.ts';
import { type Catalogue, type CatalogueStore, createCatalogue } from './use-cases/catalogue.ts';
import type { OrderStore } from './use-cases/order.ts';
import type { Outbox } from './use-cases/outbox.ts';
import type { Shop } from './use-cases/place-order.ts';
import { withNames } from './use-cases/recommend.ts';
import { longestDelayOf, type RelaySettings, relayDefaults } from './use-cases/relay.ts';

export interface OrdersOptions {
  config: Config;
  database: Database;
  flags: Flags;
  logger: Logger;
}

/** The service, wired: an app that answers, and what has to be closed after it. */
export async function createOrders({ config, database, flags, logger }: OrdersOptions) {
  const stores = {
    orders: ordersIn(database, keepingOf(config)),
    outbox: outboxIn(database, { longestDelayMs: longestRowDelayOf(config) }),
    catalogue: catalogueIn(database),
  };
  const isRecommending = () => flags.isOn('feature.recommendations');
  const service = await wireOrders({ config, stores, logger, isRecommending });
  const { dependencies, guarded, catalogue, admission } = service;
  const { inventory, recommendation, cache } = dependencies;
  for (const dependency of guarded) observe(dependency);

  const readiness = createReadiness({
    required: { postgres: database.check, catalogue: async () => demandPrices(catalogue) },
    optional: { inventory: degradedBy(inventory), recommendation: degradedBy(recommendation) },
  });
  applyProtections(flags, guarded, admission, [cache]);
  const app = createApp({
    name: 'orders',
    description: 'Takes orders and keeps them, whatever happens to the services it asks.',
    routes: service.routes,
    operator: { token: config.OPERATOR_TOKEN, routes: service.operatorRoutes },
    resilience: { dependencies: guarded, caches: [cache], flags },
    readiness,
    admission,
    config,
    logger,
  });
  const background = service.startBackground();
  return {
    app,
    readiness,
    onShutdown: [...background, ...dependencies.closables, admission, flags, database],
  };
}

export interface WiringOptions {
  config: Config;
  stores: { orders: OrderStore; outbox: Outbox; catalogue: CatalogueStore };
  logger: Logger;
  isRecommending: () => boolean;
  environment?: Environment;
  relay?: Partial<RelaySettings>;
}

/** The service without its transport and its database: all that a simulation runs of it. */
export async function wireOrders({
  config,
  stores,
  logger,
  isRecommending,
  environment = ownEnvironment,
  relay,
}: WiringOptions) {
  const { clock, random } = environment;
  const dependencies = createDependencies(config, { logger, isRecommending, environment });
  const { postgres, inventory, recommendation, purchases } = dependencies;
  const guarded = [postgres, inventory, recommendation, purchases, dependencies.catalogue];
  const stories = new Stories(clock);
  for (const dependency of guarded) dependency.onEvent(stories.record);
  const admission = createLoadShedder({ clock, random });
  const orders = guardedStore(stores.orders, postgres, admission, clock);
  const outbox = guardedStore(stores.outbox, postgres, admission, clock);
  const catalogue = await openCatalogue(dependencies, { store: stores.catalogue, clock });
  const shop = openShop(dependencies, { orders, catalogue, stories, environment });
  return {
    dependencies,
    guarded,
    admission,
    catalogue,
    routes: [
      placeOrderRoute(shop),
      readOrderRoute(orders),
      readStoryRoute(stories),
      recommendationsRoute(async (customerId, options) =>
        withNames(await recommendation.call(customerId, options), catalogue.nameOf),
      ),
    ],
    operatorRoutes: [
      readParkedRoute(outbox),
      requeueRoute(outbox),
      requeueManyRoute(outbox),
      cancelOrderRoute((orderId, context) =>
        cancelOrder({ orders, release: inventory.call }, orderId, stories.optionsFor(orderId, context)),
      ),
    ],
    startBackground: () =>
      startBackgroundWork({
        ...{ shop, outbox, catalogue, stories, dependencies, config, logger },
        ...{ clock, random, relay },
      }),
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

/** For how long a row of the outbox may lie ahead of the clock of its database. */
export function longestRowDelayOf(config: Pick<Config, 'ORDER_LOCK_MS'>): number {
  return Math.max(config.ORDER_LOCK_MS, longestDelayOf(relayDefaults));
}

async function openCatalogue(
  { catalogue: source, postgres }: Dependencies,
  { store, clock }: { store: CatalogueStore; clock: Clock },
) {
  const catalogue = createCatalogue({
    fetchAll: async (options) => (await source.call(undefined, options)).value,
    store: guardedStore(store, postgres, undefined, clock),
    clock,
  });
  await catalogue.restore();
  return catalogue;
}

function openShop(
  { inventory, recommendation }: Dependencies,
  {
    orders,
    catalogue,
    stories,
    environment,
  }: { orders: OrderStore; catalogue: Catalogue; stories: Stories; environment: Environment },
): Shop {
  return {
    orders,
    catalogue,
    inventory: (request, options) => inventory.call(request, stories.optionsFor(request.orderId, options)),
    recommend: async ({ id, customerId }, options) =>
      withNames(await recommendation.call(customerId, stories.optionsFor(id, options)), catalogue.nameOf),
    newOrderId: environment.newOrderId,
    clock: environment.wallClock,
  };
}

// Only until the catalogue was copied for the first time ever: afterwards prices are known without inventory.
function demandPrices(catalogue: Catalogue): void {
  if (catalogue.isEmpty()) throw new Error('no price is known yet');
}
