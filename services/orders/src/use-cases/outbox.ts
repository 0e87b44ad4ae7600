import type { Order } from './order.ts';

/** What is left to do for an order: ask inventory for its decision, or tell recommendation about the sale. */
export type OutboxKind = 'settle-order' | 'order-confirmed';

/** A row this relay holds until its lease ends. */
export interface ClaimedRow {
  id: string;
  order: Order;
  /** Including this one. */
  attempts: number;
}

/** A row that was given up on and waits for a person. */
export interface ParkedRow {
  id: string;
  orderId: string;
  kind: OutboxKind;
  attempts: number;
  lastError: string | null;
  parkedAt: Date;
}

/** What to do with a row that could not be delivered. */
export interface Setback {
  attempts: number;
  error: string;
  delayMs: number;
}

/** How far behind the relays are. */
export interface Backlog {
  /** Rows that wait for a person. */
  parked: number;
  /** How long the row that was due first has waited for a relay; 0 when none is due. */
  oldestDueAgeMs: number;
}

/** What is left to do, due by the store's own clock. Any number of relays may claim at once; no row is held by two. */
export interface Outbox {
  claim(kind: OutboxKind, options: { limit: number; leaseMs: number }): Promise<ClaimedRow[]>;
  done(ids: string[]): Promise<void>;
  postpone(id: string, setback: Setback): Promise<void>;
  /** Gives rows back untried. */
  release(ids: string[]): Promise<void>;
  park(id: string, setback: Omit<Setback, 'delayMs'>): Promise<void>;
  parked(limit: number): Promise<ParkedRow[]>;
  backlog(): Promise<Backlog>;
  /** Makes a parked row due again, its attempts forgotten; false when there is no such row. */
  requeue(id: string): Promise<boolean>;
  /** The same for many, the longest parked first; says how many. */
  requeueMany(which: { kind?: OutboxKind | undefined; limit: number }): Promise<number>;
}
