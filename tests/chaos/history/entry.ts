/** Milliseconds on one monotonic clock of the client, so that entries have an order. */
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

/** The server answered with the order and its status. */
export type Answered = OfAttempt & {
  readonly type: 'ok';
  readonly orderId: string;
  readonly orderStatus: OrderStatus;
  /** Whether the answer was stored: then it describes the order as it was when the key was first used. */
  readonly replayed: boolean;
};
/** The server answered with an error that the contract documents. */
export type Failed = OfAttempt & {
  readonly type: 'fail';
  readonly status: number;
  readonly code: string;
  /** How long the server asks the client to wait before it tries again. */
  readonly retryAfterMs?: number;
};
/** Nobody can say whether it happened: timeout, reset, an undocumented 5xx. */
export type Unknown = OfAttempt & { readonly type: 'unknown'; readonly reason: string };

/** The last fault has ended: from here on the system has to recover by itself. */
export type Healed = At & { readonly type: 'healed' };

export type Invocation = PlaceInvoked | ReadInvoked;
export type Completion = Answered | Failed | Unknown;
/** One line of the history log. */
export type HistoryEntry = Invocation | Completion | Healed;

/** Errors that settle a key although nothing was sold: another attempt gets the same answer. */
export const finalErrorCodes: readonly string[] = [
  'insufficient-stock',
  'unknown-sku',
  'idempotency-key-reused',
  'cancelled',
  'reservation-released',
];
