import { RejectedError, verdictOfError } from '@ballast/resilience';
import { backoffMs, type Clock, type Random } from '@ballast/resilience/primitives';
import type { Order } from './order.ts';
import type { ClaimedRow, Outbox, OutboxKind } from './outbox.ts';

/** How a relay paces itself. */
export interface RelaySettings {
  /** Rows claimed at once while deliveries succeed; after a failure a relay starts over with 1 and doubles. */
  maxBatch: number;
  /** Rows delivered at the same time. Few: a backlog must not take the capacity of customers who are waiting. */
  maxConcurrent: number;
  /** How long rows stay claimed by a relay that died. No row is begun after half of it. */
  leaseMs: number;
  /** Attempts of a row that the receiver rejects before it is parked. */
  maxAttempts: number;
  /** Attempts that may fail while other rows get through. Many: on a flaky network a good row fails for minutes. */
  maxFailures: number;
  /** The longest delay before the first retry; doubles up to `maxRetryDelayMs`, with full jitter. */
  retryDelayMs: number;
  maxRetryDelayMs: number;
  /** The longest time that a receiver may ask to wait for a row whose time has not come; the delay comes on top. */
  maxAskedDelayMs: number;
}

export const relayDefaults: RelaySettings = {
  maxBatch: 32,
  maxConcurrent: 4,
  leaseMs: 6000,
  maxAttempts: 8,
  maxFailures: 60,
  retryDelayMs: 200,
  maxRetryDelayMs: 2000,
  maxAskedDelayMs: 3000,
};

/** The longest time that a relay puts a row off. */
export function longestDelayOf({ leaseMs, maxRetryDelayMs, maxAskedDelayMs }: RelaySettings): number {
  return Math.max(leaseMs, maxAskedDelayMs + maxRetryDelayMs);
}

// If another row was delivered this recently, the receiver works, and the failure is put down to the row (ADR 0012).
const recentMs = 5000;

export interface RelayOptions {
  kind: OutboxKind;
  outbox: Outbox;
  /**
   * Must be safe to repeat. An error whose verdict is `caller` says that the receiver works and rejects this row; one
   * that is `uncounted`, that it works and the row's time has not come.
   */
  deliver: (order: Order) => Promise<unknown>;
  /** A monotonic one. Should it step all the same, no row is parked for it and none is begun after its lease. */
  clock: Pick<Clock, 'now'>;
  random: Random;
  settings?: Partial<RelaySettings>;
  onParked?: (row: ClaimedRow, error: string) => void;
}

export interface Relay {
  /** Delivers one batch of what is due; true when more may be waiting and going on at once makes sense. */
  deliverDue(): Promise<boolean>;
}

/**
 * Delivers the rows of the outbox at least once; slowly after a failure, then faster, so that a recovery is no herd.
 */
export function createRelay({
  kind,
  outbox,
  deliver,
  clock,
  random,
  onParked,
  ...rest
}: RelayOptions): Relay {
  const settings = { ...relayDefaults, ...rest.settings };
  const backoff = { baseDelayMs: settings.retryDelayMs, maxDelayMs: settings.maxRetryDelayMs };
  let batchSize = 1;
  let deliveredAtMs = Number.NEGATIVE_INFINITY;

  async function deliverDue() {
    const limit = batchSize;
    const claimedAtMs = clock.now();
    const rows = await outbox.claim(kind, { limit, leaseMs: settings.leaseMs });
    const { done, untried, isInTrouble } = await deliverAll(rows, claimedAtMs);
    if (done.length > 0) await outbox.done(done);
    if (untried.length > 0) await outbox.release(untried);
    batchSize = isInTrouble ? 1 : Math.min(settings.maxBatch, limit * 2);
    return !isInTrouble && rows.length === limit;
  }

  // A row begun late would still be at work here when another relay claims it, and the receiver would hear it twice.
  async function deliverAll(rows: ClaimedRow[], claimedAtMs: number) {
    const queue = [...rows];
    const done: ClaimedRow[] = [];
    let isInTrouble = false;
    async function work() {
      const mayBegin = () => !isInTrouble && isWithin(settings.leaseMs / 2, claimedAtMs);
      const next = () => (mayBegin() ? queue.shift() : undefined);
      for (let row = next(); row; row = next()) {
        try {
          await deliver(row.order);
          deliveredAtMs = clock.now();
          done.push(row);
        } catch (error) {
          isInTrouble ||= !isRejectedByReceiver(error) && !isTooEarly(error);
          await setBack(row, error);
        }
      }
    }
    await Promise.all(Array.from({ length: settings.maxConcurrent }, work));
    return { done, untried: queue, isInTrouble };
  }

  async function setBack(row: ClaimedRow, cause: unknown) {
    const error = String(cause instanceof Error ? cause.message : cause).slice(0, 500);
    const isRowsFault =
      isRejectedByReceiver(cause) ||
      (wasAttempted(cause) && !isTooEarly(cause) && isWithin(recentMs, deliveredAtMs));
    const attempts = isRowsFault ? row.attempts : row.attempts - 1;
    if (attempts < (isRejectedByReceiver(cause) ? settings.maxAttempts : settings.maxFailures)) {
      return outbox.postpone(row, {
        attempts,
        error,
        delayMs:
          Math.min(askedDelayMs(cause), settings.maxAskedDelayMs) +
          Math.ceil(backoffMs(backoff, attempts + 1, random)),
      });
    }
    if (await outbox.park(row, { attempts, error })) onParked?.(row, error);
  }

  // An age below zero is none: the clock was set back, and nobody knows how long ago that was.
  function isWithin(ms: number, sinceMs: number): boolean {
    const ageMs = clock.now() - sinceMs;
    return ageMs >= 0 && ageMs < ms;
  }

  return { deliverDue };
}

function isRejectedByReceiver(error: unknown): boolean {
  return verdictOfError(error) === 'caller';
}

function wasAttempted(error: unknown): boolean {
  return !(error instanceof RejectedError);
}

function isTooEarly(error: unknown): boolean {
  return verdictOfError(error) === 'uncounted';
}

function askedDelayMs(error: unknown): number {
  const { retryAfterMs = 0 } = isTooEarly(error) ? (error as { retryAfterMs?: number }) : {};
  return retryAfterMs;
}
