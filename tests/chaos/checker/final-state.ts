import type { OrderLine, OrderStatus } from '../history/entry.ts';

export type OrderRow = {
  readonly id: string;
  readonly key: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderLine[];
};

export type ReservationRow = {
  readonly orderId: string;
  readonly status: 'reserved' | 'confirmed' | 'refused' | 'released' | 'expired';
  readonly items: readonly OrderLine[];
  /** Pieces booked for it, and pieces sold or given back: added up from the ledger, whatever the status says. */
  readonly heldPieces: number;
  readonly endedPieces: number;
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
  /** Per order, how often the receiver of `order-confirmed` counted it. */
  readonly purchases: readonly { readonly orderId: string; readonly times: number }[];
  /** How often a product counts as bought, and how often it should by the purchases that were counted. */
  readonly popularity: readonly {
    readonly sku: string;
    readonly counted: number;
    readonly expected: number;
  }[];
  readonly traffic: readonly EdgeTraffic[];
};
