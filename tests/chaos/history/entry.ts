/** Milliseconds on one monotonic clock of the client, so that entries have an order. */
type At = { readonly at: number };
type OfAttempt = At & { readonly attempt: number };

export type OrderLine = { readonly sku: string; readonly quantity: number };
export type PricedLine = OrderLine & { readonly unitPriceCents: number };
export type OrderStatus = 'pending' | 'confirmed' | 'rejected';

/** A request is about to be sent. */
export type PlaceInvoked = OfAttempt & {
  readonly type: 'invoke';
  readonly operation: 'place';
  readonly key: string;
  readonly customerId: string;
  readonly items: readonly OrderLine[];
};
export type ReadInvoked = OfAttempt & {
  readonly type: 'invoke';
  readonly operation: 'read';
  readonly orderId: string;
};
export type CancelInvoked = OfAttempt & {
  readonly type: 'invoke';
  readonly operation: 'cancel';
  readonly orderId: string;
};

/** What an answer says of an order besides its status. */
export type AnsweredBody = {
  readonly httpStatus: number;
  readonly customerId: string;
  readonly items: readonly PricedLine[];
  readonly totalCents: number;
  /** As they came: whether they make sense is for the checker to say. Only an answer to `place` has them. */
  readonly source?: string;
  readonly degraded?: boolean;
};

/** The server answered with the order and its status. */
export type Answered = OfAttempt & {
  readonly type: 'ok';
  readonly orderId: string;
  readonly orderStatus: OrderStatus;
  /** Whether the answer was stored: then it describes the order as it was when the key was first used. */
  readonly replayed: boolean;
  /** Absent in the simulation, which knows no HTTP. */
  readonly body?: AnsweredBody;
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

/** A product is about to get this price; also written for every product at the start. */
export type Priced = At & { readonly type: 'priced'; readonly sku: string; readonly priceCents: number };
/** An operator had this many parked rows tried again. */
export type Requeued = At & { readonly type: 'requeued'; readonly rows: number };

export type Invocation = PlaceInvoked | ReadInvoked | CancelInvoked;
export type Completion = Answered | Failed | Unknown;
/** One line of the history log. */
export type HistoryEntry = Invocation | Completion | Healed | Priced | Requeued;

/** Errors that say that this order is rejected. */
export const rejectionCodes: readonly string[] = [
  'insufficient-stock',
  'unknown-sku',
  'reservation-released',
  'cancelled',
];

/** Errors that settle a key although nothing was sold: another attempt gets the same answer. */
export const finalErrorCodes: readonly string[] = [...rejectionCodes, 'idempotency-key-reused'];
