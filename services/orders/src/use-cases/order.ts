/** One product of an order, at the price it had when it was ordered. */
export interface OrderLine {
  sku: string;
  quantity: number;
  unitPriceCents: number;
}

/** Why an order can never be served. Versions before `cancelled` wrote `reservation-released` for the same. */
export type RejectionReason = 'insufficient-stock' | 'unknown-sku' | 'cancelled' | 'reservation-released';

/** How an order stands. It goes from pending to one of the others, once. */
export type OrderState =
  | { status: 'pending'; reason?: undefined }
  | { status: 'confirmed'; reason?: undefined }
  | { status: 'rejected'; reason: RejectionReason };

export const pendingState: OrderState = { status: 'pending' };

/** What never changes about an order. */
export interface OrderDraft {
  id: string;
  customerId: string;
  items: OrderLine[];
  totalCents: number;
  createdAt: Date;
}

export type Order = OrderDraft & OrderState;

/** "You may also like", and how good that advice is. */
export interface Recommendations {
  source: 'live' | 'cached' | 'default' | 'disabled';
  ageMs?: number;
  items: { sku: string; name: string }[];
}

/** An order as it is answered. */
export interface PlacedOrder {
  readonly order: Order;
  readonly recommendations: Recommendations;
  /** The key was used before, and this is its first answer again. */
  readonly isReplay: boolean;
}

/** What a key was answered with; the rest of the answer is the order, which does not change. */
export interface StoredAnswer {
  state: OrderState;
  recommendations: Recommendations;
}

export interface IdempotencyKey {
  key: string;
  /** Equal for equal requests. */
  fingerprint: string;
}

/** What is stored of a key that was used before. */
export interface KnownKey {
  kind: 'known';
  fingerprint: string;
  order: Order;
  answer: StoredAnswer | null;
  lockedForMs: number;
}

/** What became of storing an order: it is new, or its key is known from before. */
export type Placement = { kind: 'placed' } | KnownKey;

/** Where orders live. Each operation is atomic; a state is only ever set on a pending order (compare-and-set). */
export interface OrderStore {
  /** Stores the key, the order and an outbox row for its settlement, or nothing if the key is known. */
  place(order: OrderDraft, key: IdempotencyKey): Promise<Placement>;
  findKey(key: string): Promise<KnownKey | undefined>;
  /** Records the decision, closes the row of the settlement and adds one for the announcement; true for the first. */
  settle(
    orderId: string,
    state: OrderState,
    answered?: { key: string; answer: StoredAnswer },
  ): Promise<boolean>;
  /** Stores the answer of an order still pending and makes its settlement due now. */
  postpone(orderId: string, answered: { key: string; answer: StoredAnswer }): Promise<void>;
  find(orderId: string): Promise<Order | undefined>;
  /**
   * Removes up to `limit` keys and finished outbox rows past their time, and says how many. The time of a key begins
   * when its order is settled: while the order is owed, its key is never removed.
   */
  sweep(limit: number): Promise<number>;
  /** Removes up to `limit` orders that were settled long ago and have nothing left to do, and says how many. */
  removeSettled(limit: number): Promise<number>;
}
