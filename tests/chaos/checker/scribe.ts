import type { HistoryEntry, OrderLine, OrderStatus } from '../history/entry.ts';

/** Writes a made-up history, one millisecond per entry. */
export class Scribe {
  readonly history: HistoryEntry[] = [];
  #attempt = 0;

  get now(): number {
    return this.history.length;
  }

  /** Returns the number of the attempt. */
  place(key: string, items: readonly OrderLine[]): number {
    this.#attempt += 1;
    this.history.push({
      type: 'invoke',
      operation: 'place',
      attempt: this.#attempt,
      at: this.now,
      key,
      items,
    });
    return this.#attempt;
  }

  answer(attempt: number, orderId: string, orderStatus: OrderStatus, replayed = false): void {
    this.history.push({ type: 'ok', attempt, at: this.now, orderId, orderStatus, replayed });
  }

  refuse(attempt: number, status: number, code: string): void {
    this.history.push({ type: 'fail', attempt, at: this.now, status, code });
  }

  lose(attempt: number): void {
    this.history.push({ type: 'unknown', attempt, at: this.now, reason: 'reset' });
  }

  read(orderId: string, orderStatus: OrderStatus): void {
    this.#attempt += 1;
    this.history.push({ type: 'invoke', operation: 'read', attempt: this.#attempt, at: this.now, orderId });
    this.answer(this.#attempt, orderId, orderStatus);
  }

  heal(): void {
    this.history.push({ type: 'healed', at: this.now });
  }
}
