import type { HistoryEntry, OrderLine, OrderStatus } from '../history/entry.ts';

/** Records a made-up history, one millisecond per entry. */
export class HistoryRecorder {
  readonly entries: HistoryEntry[] = [];
  #attempt = 0;

  /** Returns the number of the attempt. */
  place(key: string, items: readonly OrderLine[]): number {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.entries.push({ type: 'invoke', operation: 'place', attempt, at: this.#now, key, items });
    return attempt;
  }

  ok(attempt: number, orderId: string, orderStatus: OrderStatus, replayed = false): void {
    this.entries.push({ type: 'ok', attempt, at: this.#now, orderId, orderStatus, replayed });
  }

  fail(attempt: number, status: number, code: string): void {
    this.entries.push({ type: 'fail', attempt, at: this.#now, status, code });
  }

  unknown(attempt: number): void {
    this.entries.push({ type: 'unknown', attempt, at: this.#now, reason: 'reset' });
  }

  read(orderId: string, orderStatus: OrderStatus): void {
    this.#attempt += 1;
    this.entries.push({ type: 'invoke', operation: 'read', attempt: this.#attempt, at: this.#now, orderId });
    this.ok(this.#attempt, orderId, orderStatus);
  }

  healed(): void {
    this.entries.push({ type: 'healed', at: this.#now });
  }

  get #now(): number {
    return this.entries.length;
  }
}
