import { systemClock } from '@ballast/resilience';
import type { Clock, Random } from '@ballast/resilience/primitives';
import { type BackgroundTask, isDatabaseAway, type Logger, startBackgroundTask } from '@ballast/service-kit';
import { gauge } from '@ballast/telemetry';
import type { Config } from './config.ts';
import type { DuePurchase, PurchaseStore } from './use-cases/advice.ts';
import { createPurchaseCounter } from './use-cases/count-purchases.ts';

const sweepBatch = 500;

export interface BackgroundParts {
  readonly purchases: PurchaseStore;
  readonly config: Pick<Config, 'COUNT_MS' | 'SWEEP_MS' | 'PURCHASE_KEEP_MS'>;
  readonly logger: Logger;
  /** @default that of the process */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/** What recommendation does without being asked. Each piece is bounded, and several replicas may do it at once. */
export function startBackgroundWork({
  purchases,
  config,
  logger,
  clock = systemClock,
  random = Math.random,
}: BackgroundParts): BackgroundTask[] {
  const onParked = ({ orderId }: DuePurchase, error: string) =>
    logger.error({ orderId, error }, 'purchase parked, it is not counted');
  const counter = createPurchaseCounter({
    store: purchases,
    isAway: isDatabaseAway,
    clock,
    random,
    onParked,
  });
  const start = (name: string, everyMs: number, run: () => Promise<unknown>) =>
    startBackgroundTask({ name, everyMs, run, logger, clock, random });
  return [
    start('count-purchases', config.COUNT_MS, counter.countDue),
    start('sweep', config.SWEEP_MS, async () => {
      await reportBacklog(purchases);
      return (await purchases.forget({ keepMs: config.PURCHASE_KEEP_MS, limit: sweepBatch })) === sweepBatch;
    }),
  ];
}

const parkedPurchases = gauge('purchases.parked', '{purchase}');
const oldestDueAge = gauge('purchases.oldest_due_age', 's');

async function reportBacklog(purchases: Pick<PurchaseStore, 'backlog'>): Promise<void> {
  const { parked, oldestDueAgeMs } = await purchases.backlog();
  parkedPurchases(parked);
  oldestDueAge(oldestDueAgeMs / 1000);
}
