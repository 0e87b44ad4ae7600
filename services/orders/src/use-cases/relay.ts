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
}

export const relayDefaults: RelaySettings = {
  maxBatch: 32,
  maxConcurrent: 4,
  leaseMs: 6000,
  maxAttempts: 8,
  maxFailures: 60,
  retryDelayMs: 200,
  maxRetryDelayMs: 2000,
};

// If another row was delivered this recently, the receiver works, and the failure is put down to the row (ADR 0012).
const recentMs = 5000;

export interface RelayOptions {
  kind: OutboxKind;
  outbox: Outbox;
  /** Must be safe to repeat. An error whose verdict is `caller` says that the receiver works and rejects this row. */
  deliver: (order: Order) => Promise<unknown>;
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
    const { done, untried, isInTrouble } = await deliverAll(rows, claimedAtMs + settings.leaseMs / 2);
    if (done.length > 0) await outbox.done(done);
    if (untried.length > 0) await outbox.release(untried);
    batchSize = isInTrouble ? 1 : Math.min(settings.maxBatch, limit * 2);
    return !isInTrouble && rows.length === limit;
  }

  // A row begun late would still be at work here when another relay claims it, and the receiver would hear it twice.
  async function deliverAll(rows: ClaimedRow[], beginUntilMs: number) {
    const queue = [...rows];
    const done: ClaimedRow[] = [];
    let isInTrouble = false;
    async function work() {
      const next = () => (isInTrouble || clock.now() >= beginUntilMs ? undefined : queue.shift());
      for (let row = next(); row; row = next()) {
        try {
          await deliver(row.order);
          deliveredAtMs = clock.now();
          done.push(row);
        } catch (error) {
          isInTrouble ||= !isRejectedByReceiver(error);
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
      isRejectedByReceiver(cause) || (wasAttempted(cause) && clock.now() - deliveredAtMs < recentMs);
    const attempts = isRowsFault ? row.attempts : row.attempts - 1;
    if (attempts < (isRejectedByReceiver(cause) ? settings.maxAttempts : settings.maxFailures)) {
      return outbox.postpone(row, {
        attempts,
        error,
        delayMs: Math.ceil(backoffMs(backoff, attempts + 1, random)),
      });
    }
    if (await outbox.park(row, { attempts, error })) onParked?.(row, error);
  }

  return { deliverDue };
}

function isRejectedByReceiver(error: unknown): boolean {
  return verdictOfError(error) === 'caller';
}

function wasAttempted(error: unknown): boolean {
  return !(error instanceof RejectedError);
}
