import type { OrderLine, OrderStatus, PricedLine } from '../history/entry.ts';

export type OrderRow = {
  readonly id: string;
  readonly key: string;
  readonly status: OrderStatus;
  /** Why it was rejected. */
  readonly reason: string | null;
  readonly customerId: string;
  readonly items: readonly PricedLine[];
  readonly totalCents: number;
};

export type ReservationRow = {
  readonly orderId: string;
  readonly status: 'reserved' | 'confirmed' | 'refused' | 'released' | 'expired';
  readonly items: readonly OrderLine[];
  /** What was booked for it, sold and given back: from the ledger, whatever the status says. */
  readonly held: readonly OrderLine[];
  readonly sold: readonly OrderLine[];
  readonly returned: readonly OrderLine[];
};

/** A purchase as the receiver of `order-confirmed` noted it, and how often it counted it. */
export type PurchaseRow = {
  readonly orderId: string;
  readonly times: number;
  readonly customerId: string;
  readonly skus: readonly string[];
};

export type StockRow = {
  readonly sku: string;
  readonly supplied: number;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
};

export type OutboxRow = {
  readonly orderId: string;
  readonly kind: 'settle-order' | 'order-confirmed';
  readonly state: 'waiting' | 'done' | 'parked';
};

/** The calls over an edge: as the caller counts them, and as the proxy counted them on the wire. */
export type EdgeTraffic = {
  readonly edge: string;
  readonly calls: number;
  /** Attempts beyond a call's first, by the caller's own count: one that is rejected never reaches the wire. */
  readonly retries: number;
  /** Requests on the wire. */
  readonly attempts: number;
  /** Retries that the budget always grants, however few calls there are. */
  readonly freeRetries: number;
};

/**
 * What the databases hold after the quiet period, each read in one REPEATABLE READ transaction, and what was measured
 * during the run.
 */
export type FinalState = {
  readonly orders: readonly OrderRow[];
  readonly outbox: readonly OutboxRow[];
  readonly reservations: readonly ReservationRow[];
  readonly stock: readonly StockRow[];
  /** Stock as the append-only ledger adds it up; must equal the projection. */
  readonly ledger: readonly StockRow[];
  /** Snapshots of the stock taken while faults were on. */
  readonly stockSamples: readonly (readonly StockRow[])[];
  /** What was delivered before the first customer came. */
  readonly supply: readonly { readonly sku: string; readonly supplied: number }[];
  /** Ids of orders that were seen pending while their key had been forgotten. */
  readonly forgottenWhilePending: readonly string[];
  /** How many keys were forgotten because their time was over. */
  readonly forgottenKeys: number;
  readonly purchases: readonly PurchaseRow[];
  /**
   * How often a product counts as bought, or two products as bought together, and how often they should by the
   * purchases that were counted.
   */
  readonly popularity: readonly {
    readonly sku: string;
    readonly counted: number;
    readonly expected: number;
  }[];
  readonly traffic: readonly EdgeTraffic[];
};
