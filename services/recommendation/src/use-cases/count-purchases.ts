import { RejectedError } from '@ballast/resilience';
import { backoffMs, type Clock, type Random } from '@ballast/resilience/primitives';
import type { DuePurchase, PurchaseStore } from './advice.ts';

/** How purchases are folded into the counts. */
export interface CountSettings {
  /** Purchases in one batch. */
  readonly maxPurchases: number;
  /** Pairs of products in one batch: what a fold costs grows with the square of a basket, not with the baskets. */
  readonly maxPairs: number;
  /** With how many pairs it begins. */
  readonly firstPairs: number;
  /** A batch that took less is doubled, one that took more is halved: the next is the work of about this time. */
  readonly batchMs: number;
  /** Attempts of a purchase that fails alone before it is parked. */
  readonly maxAttempts: number;
  /** The longest delay before its first retry; doubles up to `maxRetryDelayMs`, with full jitter. */
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

export const countDefaults: CountSettings = {
  maxPurchases: 200,
  maxPairs: 40_000,
  firstPairs: 2500,
  batchMs: 200,
  maxAttempts: 5,
  retryDelayMs: 1000,
  maxRetryDelayMs: 60_000,
};

// If another purchase was counted this recently, the database works, and the failure is put down to the purchase.
const recentMs = 10_000;

export interface PurchaseCounterOptions {
  readonly store: Pick<PurchaseStore, 'due' | 'fold' | 'postpone' | 'park'>;
  /** Whether an error says that the database is in trouble, and so nothing about the purchase. */
  readonly isAway: (error: unknown) => boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly settings?: Partial<CountSettings>;
  readonly onParked?: (purchase: DuePurchase, error: string) => void;
}

export interface PurchaseCounter {
  /** Counts one batch of what is due; true when more may be waiting. */
  countDue(): Promise<boolean>;
}

/**
 * Folds purchases into the counts in batches that are bounded by work. A batch that fails is halved until one purchase
 * fails alone: that one is set back, and parked in the end, so it can't stop the others.
 */
export function createPurchaseCounter(options: PurchaseCounterOptions): PurchaseCounter {
  const { store, isAway, clock, random, onParked } = options;
  const settings = { ...countDefaults, ...options.settings };
  const backoff = { baseDelayMs: settings.retryDelayMs, maxDelayMs: settings.maxRetryDelayMs };
  let maxPurchases = settings.maxPurchases;
  let maxPairs = settings.firstPairs;
  let countedAtMs = Number.NEGATIVE_INFINITY;

  async function countDue() {
    const due = await store.due({ maxPurchases, maxPairs });
    if (due.length === 0) return false;
    const startedAtMs = clock.now();
    try {
      const counted = await store.fold(due.map(({ orderId }) => orderId));
      countedAtMs = clock.now();
      if (countedAtMs - startedAtMs < settings.batchMs) grow();
      else halve(due.length);
      // None: another replica counts them.
      return counted > 0;
    } catch (error) {
      if (error instanceof RejectedError) throw error;
      if (due.length > 1) halve(due.length);
      else await setBack(due[0] as DuePurchase, error);
      throw error;
    }
  }

  function grow() {
    maxPurchases = Math.min(settings.maxPurchases, maxPurchases * 2);
    maxPairs = Math.min(settings.maxPairs, maxPairs * 2);
  }

  function halve(size: number) {
    maxPurchases = Math.max(1, Math.floor(size / 2));
    maxPairs = Math.max(1, Math.floor(maxPairs / 2));
  }

  async function setBack(purchase: DuePurchase, cause: unknown) {
    const error = String(cause instanceof Error ? cause.message : cause).slice(0, 500);
    const isPurchasesFault = !isAway(cause) || clock.now() - countedAtMs < recentMs;
    const attempts = purchase.attempts + (isPurchasesFault ? 1 : 0);
    if (attempts < settings.maxAttempts) {
      const delayMs = Math.ceil(backoffMs(backoff, attempts + 1, random));
      return store.postpone(purchase.orderId, { attempts, error, delayMs });
    }
    await store.park(purchase.orderId, { attempts, error });
    onParked?.(purchase, error);
  }

  return { countDue };
}
