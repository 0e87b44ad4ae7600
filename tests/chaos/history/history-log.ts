import { createWriteStream, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { HistoryEntry, OrderLine, OrderStatus } from './entry.ts';

/** What came back from one request, before it has a number and a time. */
export type Outcome =
  | {
      readonly type: 'ok';
      readonly orderId: string;
      readonly orderStatus: OrderStatus;
      readonly replayed: boolean;
    }
  | { readonly type: 'fail'; readonly status: number; readonly code: string; readonly retryAfterMs?: number }
  | { readonly type: 'unknown'; readonly reason: string };

export type Question =
  | { readonly operation: 'place'; readonly key: string; readonly items: readonly OrderLine[] }
  | { readonly operation: 'read'; readonly orderId: string };

/** Everything clients ask and hear, in the order in which it happens. */
export interface HistoryLog {
  readonly entries: readonly HistoryEntry[];
  /** Writes down the question, asks it, and writes down the answer. */
  attempt(question: Question, ask: () => Promise<Outcome>): Promise<Outcome>;
  healed(): void;
  close(): Promise<void>;
}

/** With a `file`, each entry is also a line of JSON there, so that a run that dies can still be judged. */
export function openHistoryLog({ now, file }: { now: () => number; file?: string }): HistoryLog {
  const entries: HistoryEntry[] = [];
  const lines = file === undefined ? undefined : createWriteStream(file);
  let attempts = 0;

  function write(entry: HistoryEntry): void {
    entries.push(entry);
    lines?.write(`${JSON.stringify(entry)}\n`);
  }

  return {
    entries,
    async attempt(question, ask) {
      attempts += 1;
      const attempt = attempts;
      write({ type: 'invoke', attempt, at: now(), ...question });
      const outcome = await ask();
      write({ ...outcome, attempt, at: now() });
      return outcome;
    },
    healed: () => write({ type: 'healed', at: now() }),
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
