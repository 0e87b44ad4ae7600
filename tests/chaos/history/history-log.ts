import { createWriteStream, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Clock } from '@ballast/resilience/primitives';
import type { AnsweredBody, HistoryEntry, OrderLine, OrderStatus } from './entry.ts';

/** What came back from one request, before it gets a number and a time. */
export type Outcome =
  | {
      readonly type: 'ok';
      readonly orderId: string;
      readonly orderStatus: OrderStatus;
      readonly replayed: boolean;
      readonly body?: AnsweredBody;
    }
  | { readonly type: 'fail'; readonly status: number; readonly code: string; readonly retryAfterMs?: number }
  | { readonly type: 'unknown'; readonly reason: string };

export type Request =
  | {
      readonly operation: 'place';
      readonly key: string;
      readonly customerId: string;
      readonly items: readonly OrderLine[];
    }
  | { readonly operation: 'read' | 'cancel'; readonly orderId: string };

/** The history: every request of a client and every answer, in the order in which they happen. */
export interface HistoryLog {
  readonly entries: readonly HistoryEntry[];
  /** Records the request, sends it with `ask`, and records the answer. */
  attempt(request: Request, ask: () => Promise<Outcome>): Promise<Outcome>;
  healed(): void;
  priced(sku: string, priceCents: number): void;
  requeued(rows: number): void;
  close(): Promise<void>;
}

export type HistoryLogOptions = {
  readonly clock: Pick<Clock, 'now'>;
  /** Each entry becomes a line of JSON in it too, so that a run that was killed can still be judged. */
  readonly file?: string;
};

export function openHistoryLog({ clock, file }: HistoryLogOptions): HistoryLog {
  const entries: HistoryEntry[] = [];
  const lines = file === undefined ? undefined : createWriteStream(file);
  let attempts = 0;

  function write(entry: HistoryEntry): void {
    entries.push(entry);
    lines?.write(`${JSON.stringify(entry)}\n`);
  }

  return {
    entries,
    async attempt(request, ask) {
      attempts += 1;
      const attempt = attempts;
      write({ type: 'invoke', attempt, at: clock.now(), ...request });
      const outcome = await ask();
      write({ ...outcome, attempt, at: clock.now() });
      return outcome;
    },
    healed: () => write({ type: 'healed', at: clock.now() }),
    priced: (sku, priceCents) => write({ type: 'priced', at: clock.now(), sku, priceCents }),
    requeued: (rows) => write({ type: 'requeued', at: clock.now(), rows }),
    async close() {
      if (lines) await finished(lines.end());
    },
  };
}

/** A last line that was cut off by a crash is left out. */
export function readHistory(file: string): HistoryEntry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as HistoryEntry);
}
