/** One line of a reservation. */
export interface Line {
  sku: string;
  quantity: number;
}

/** Why an order can never be served. */
export type RejectionReason = 'insufficient-stock' | 'unknown-sku';

/** What was decided for an order. All but `reserved` are endings; an `expired` one may be followed by another. */
export interface Reservation {
  orderId: string;
  items: Line[];
  status: 'reserved' | 'confirmed' | 'refused' | 'released' | 'expired';
  reason: RejectionReason | null;
  expiresAt: Date;
  /** Its time is over by the store's clock, but it was not ended yet. */
  isOverdue: boolean;
}

/**
 * Where reservations and stock live. Each operation is atomic, and each ending is a compare-and-set from
 * `reserved` judged by the store's own clock, so callers may race, repeat and die between any two of them. An operation
 * that needs a product whose stock somebody else holds changes nothing and throws `StockBusyError` at once.
 */
export interface ReservationStore {
  /** Holds the stock, or rejects the order for good; `undefined` when this order has a decision already. */
  decide(orderId: string, items: Line[]): Promise<Reservation | undefined>;
  find(orderId: string): Promise<Reservation | undefined>;
  /** The latest decision of each order whose id is greater than `after`, in the order of ids. */
  list(page: { after?: string | undefined; limit: number }): Promise<Reservation[]>;
  /** Sells what is held in time, for exactly these items; `undefined` when there is no such hold. */
  confirm(orderId: string, items: Line[]): Promise<Reservation | undefined>;
  /** Gives back what is held and leaves a tombstone, also where nothing was held yet. */
  release(orderId: string): Promise<Reservation | undefined>;
  /**
   * Gives back the holds that are overdue, of one order or of any, and says how many. Of any it leaves out those whose
   * stock is busy, so that one product can't keep the holds of all others.
   */
  expire(options: { orderId?: string; limit: number }): Promise<number>;
  /**
   * Forgets reservations that ended at least `keepMs` ago, and says how many; the stock stays what it is. An order that
   * is asked about later is decided anew.
   */
  forget(options: { keepMs: number; limit: number }): Promise<number>;
}

/** The same order id came with other items: one of the two callers is wrong, and guessing would sell twice. */
export class ReservationDiffersError extends Error {
  override readonly name = 'ReservationDiffersError';
  readonly code = 'E_RESERVATION_DIFFERS';
}

/** Somebody else holds the stock of a product. The database is well and other products can be sold. */
export class StockBusyError extends Error {
  override readonly name = 'StockBusyError';
  readonly code = 'E_STOCK_BUSY';
  readonly verdict = 'busy';
  readonly retryAfterMs = 1000;
  readonly skus: readonly string[];

  constructor(skus: readonly string[]) {
    super(`the stock of ${skus.join(', ')} is held by another session`);
    this.skus = skus;
  }
}

/** Sorted and merged, so that equal requests are equal values and locks are always taken in one order. */
export function canonicalLines(items: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].sort(([a], [b]) => (a < b ? -1 : 1)).map(([sku, quantity]) => ({ sku, quantity }));
}

/** Whether two canonical lists ask for the same. */
export function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      ({ sku, quantity }, index) => sku === others[index]?.sku && quantity === others[index].quantity,
    )
  );
}
