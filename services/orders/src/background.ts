import { systemClock } from '@ballast/resilience';
import { type BackgroundTask, type Logger, startBackgroundTask } from '@ballast/service-kit';
import { asTask, gauge } from '@ballast/telemetry';
import type { Config } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import type { Stories } from './stories.ts';
import type { Catalogue } from './use-cases/catalogue.ts';
import type { Order } from './use-cases/order.ts';
import type { ClaimedRow, Outbox, OutboxKind } from './use-cases/outbox.ts';
import type { Shop } from './use-cases/place-order.ts';
import { createRelay } from './use-cases/relay.ts';
import { settleOrder } from './use-cases/settle-order.ts';

const sweepBatch = 500;
/** Without prices nothing can be sold, so a first copy that failed is tried again soon. */
const catalogueCheckMs = 250;
/** For one row. No customer waits for it, so it may take longer than a customer would wait. */
const deliveryDeadlineMs = 1500;

export interface BackgroundParts {
  shop: Shop;
  outbox: Outbox;
  catalogue: Catalogue;
  stories: Stories;
  dependencies: Pick<Dependencies, 'inventory' | 'purchases'>;
  config: Config;
  logger: Logger;
}

/** What orders does without being asked. Each piece is bounded, and several replicas may do it at once. */
export function startBackgroundWork(parts: BackgroundParts): BackgroundTask[] {
  const { shop, outbox, catalogue, stories, dependencies, config, logger } = parts;
  const start = (name: string, everyMs: number, run: () => Promise<unknown>) =>
    startBackgroundTask({ name, everyMs, run, logger });
  const relay = (kind: OutboxKind, deliver: (order: Order) => Promise<unknown>) =>
    start(`relay-${kind}`, config.OUTBOX_POLL_MS, relayOf(parts, kind, deliver));

  // Sheddable: with a backlog to settle and customers to serve, those who wait for their answer go first.
  const settlement = relay('settle-order', (order) =>
    settleOrder(shop, order, { deadlineMs: deliveryDeadlineMs, priority: 'sheddable' }),
  );
  const announcement = relay('order-confirmed', (order) =>
    dependencies.purchases.call(order, stories.optionsFor(order.id, { deadlineMs: deliveryDeadlineMs })),
  );
  dependencies.inventory.onEvent((event) => {
    if (event.type === 'breaker.transition' && event.to !== 'open') settlement.wake();
  });
  return [
    settlement,
    announcement,
    start('copy-catalogue', catalogueCheckMs, () => catalogue.refreshIfOlder(config.CATALOGUE_REFRESH_MS)),
    start('sweep', config.SWEEP_MS, async () => {
      await reportBacklog(outbox);
      const swept = await shop.orders.sweep(sweepBatch);
      // After the keys: an order whose key is known is kept.
      const removed = await shop.orders.removeSettled(sweepBatch);
      return swept >= sweepBatch || removed >= sweepBatch;
    }),
  ];
}

const parkedRows = gauge('outbox.parked', '{row}');
const oldestDueAge = gauge('outbox.oldest_due_age', 's');

async function reportBacklog(outbox: Pick<Outbox, 'backlog'>): Promise<void> {
  const { parked, oldestDueAgeMs } = await outbox.backlog();
  parkedRows(parked);
  oldestDueAge(oldestDueAgeMs / 1000);
}

function relayOf(
  { outbox, logger }: BackgroundParts,
  kind: OutboxKind,
  deliver: (order: Order) => Promise<unknown>,
) {
  const onParked = (row: ClaimedRow, error: string) =>
    logger.error(
      { kind, orderId: row.order.id, attempts: row.attempts, error },
      'outbox row parked, see /v1/outbox/parked',
    );
  const delivery = asTask(`deliver ${kind}`, deliver);
  return createRelay({ kind, outbox, deliver: delivery, onParked, clock: systemClock, random: Math.random })
    .deliverDue;
}
