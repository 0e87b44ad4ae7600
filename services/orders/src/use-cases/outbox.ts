import type { Order } from './order.ts';

/** What is left to do for an order: ask inventory for its decision, or tell recommendation about the sale. */
export type OutboxKind = 'settle-order' | 'order-confirmed';

/** A row this relay holds until its lease ends, or another relay claims it after that. */
export interface ClaimedRow {
  id: string;
  /** Made by the claim. What is done with the row later is compared with it. */
  readonly claim: string;
  order: Order;
  /** Including this one. */
  attempts: number;
}

/** What a relay must know of a row to change it. */
export type Claim = Pick<ClaimedRow, 'id' | 'claim'>;

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

/**
 * What is left to do, due by the store's own clock. Any number of relays may claim at once; no row is held by two. What
 * a relay does with a row has an effect only while the row is still claimed by it: a relay that slept past its lease
 * changes nothing of what another one holds, has parked or has done.
 */
export interface Outbox {
  claim(kind: OutboxKind, options: { limit: number; leaseMs: number }): Promise<ClaimedRow[]>;
  done(rows: readonly Claim[]): Promise<void>;
  postpone(row: Claim, setback: Setback): Promise<void>;
  /** Gives rows back untried. */
  release(rows: readonly Claim[]): Promise<void>;
  /** True when it is parked now. */
  park(row: Claim, setback: Omit<Setback, 'delayMs'>): Promise<boolean>;
  parked(limit: number): Promise<ParkedRow[]>;
  backlog(): Promise<Backlog>;
  /** Makes a parked row due again, its attempts forgotten; false when there is no such row. */
  requeue(id: string): Promise<boolean>;
  /** The same for many, the longest parked first; says how many. */
  requeueMany(which: { kind?: OutboxKind | undefined; limit: number }): Promise<number>;
}
