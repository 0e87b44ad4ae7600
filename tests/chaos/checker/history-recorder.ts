import type { AnsweredBody, HistoryEntry, OrderStatus, PlaceInvoked } from '../history/entry.ts';
import type { OrderRow } from './final-state.ts';

/** Records a made-up history, one millisecond per entry. */
export class HistoryRecorder {
  readonly entries: HistoryEntry[] = [];
  #attempt = 0;

  /** Returns the number of the attempt. */
  place({ key, customerId, items }: Pick<PlaceInvoked, 'key' | 'customerId' | 'items'>): number {
    const attempt = this.#next();
    const lines = items.map(({ sku, quantity }) => ({ sku, quantity }));
    this.entries.push({
      type: 'invoke',
      operation: 'place',
      attempt,
      at: this.#now,
      key,
      customerId,
      items: lines,
    });
    return attempt;
  }

  /** The answer to a request of the customer who placed the order. */
  placed(attempt: number, order: OrderRow, orderStatus: OrderStatus, replayed = false): void {
    const body = {
      ...bodyOf(order, orderStatus === 'pending' ? 202 : 201),
      source: 'live',
      degraded: orderStatus === 'pending',
    };
    this.entries.push({ type: 'ok', attempt, at: this.#now, orderId: order.id, orderStatus, replayed, body });
  }

  fail(attempt: number, status: number, code: string): void {
    this.entries.push({ type: 'fail', attempt, at: this.#now, status, code });
  }

  unknown(attempt: number): void {
    this.entries.push({ type: 'unknown', attempt, at: this.#now, reason: 'reset' });
  }

  read(order: OrderRow, orderStatus: OrderStatus): void {
    this.#ask('read', order, orderStatus);
  }

  cancel(order: OrderRow): void {
    this.#ask('cancel', order, 'rejected');
  }

  cancelTooLate({ id: orderId }: OrderRow): void {
    const attempt = this.#next();
    this.entries.push({ type: 'invoke', operation: 'cancel', attempt, at: this.#now, orderId });
    this.fail(attempt, 409, 'order-settled');
  }

  healed(): void {
    this.entries.push({ type: 'healed', at: this.#now });
  }

  priced(sku: string, priceCents: number): void {
    this.entries.push({ type: 'priced', at: this.#now, sku, priceCents });
  }

  requeued(rows: number): void {
    this.entries.push({ type: 'requeued', at: this.#now, rows });
  }

  #ask(operation: 'read' | 'cancel', order: OrderRow, orderStatus: OrderStatus): void {
    const attempt = this.#next();
    const orderId = order.id;
    this.entries.push({ type: 'invoke', operation, attempt, at: this.#now, orderId });
    const body = bodyOf(order, 200);
    this.entries.push({ type: 'ok', attempt, at: this.#now, orderId, orderStatus, replayed: false, body });
  }

  #next(): number {
    this.#attempt += 1;
    return this.#attempt;
  }

  get #now(): number {
    return this.entries.length;
  }
}

function bodyOf({ customerId, items, totalCents }: OrderRow, httpStatus: number): AnsweredBody {
  return { httpStatus, customerId, items, totalCents };
}
