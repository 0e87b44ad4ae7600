/** Milliseconds on one monotonic clock of the client, so that "before" and "after" can be told. */
type At = { readonly at: number };
type OfAttempt = At & { readonly attempt: number };

export type OrderLine = { readonly sku: string; readonly quantity: number };
export type OrderStatus = 'pending' | 'confirmed' | 'rejected';

/** A request is about to be sent. */
export type PlaceInvoked = OfAttempt & {
  readonly type: 'invoke';
  readonly operation: 'place';
  readonly key: string;
  readonly items: readonly OrderLine[];
};
export type ReadInvoked = OfAttempt & {
  readonly type: 'invoke';
  readonly operation: 'read';
  readonly orderId: string;
};

/** The server said what became of the order. */
export type Answered = OfAttempt & {
  readonly type: 'ok';
  readonly orderId: string;
  readonly orderStatus: OrderStatus;
  /** A stored answer: true when it was first given, perhaps long ago. */
  readonly replayed: boolean;
};
/** The server refused, with a status and code that the contract documents. */
export type Refused = OfAttempt & {
  readonly type: 'fail';
  readonly status: number;
  readonly code: string;
  /** When the server asks to be asked again. */
  readonly retryAfterMs?: number;
};
/** Nobody can say whether it happened: timeout, reset, an undocumented 5xx. */
export type Unknown = OfAttempt & { readonly type: 'unknown'; readonly reason: string };

/** The last fault has ended: from here on everything has to come right by itself. */
export type Healed = At & { readonly type: 'healed' };

export type Invocation = PlaceInvoked | ReadInvoked;
export type Completion = Answered | Refused | Unknown;
/** One line of the history log. */
export type HistoryEntry = Invocation | Completion | Healed;

/** Codes that settle a key although no order was sold: asking again gives the same answer. */
export const settlingRefusals: readonly string[] = [
  'insufficient-stock',
  'unknown-sku',
  'idempotency-key-reused',
];
