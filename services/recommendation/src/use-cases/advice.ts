/** One order that was confirmed. */
export interface Purchase {
  orderId: string;
  customerId: string;
  skus: string[];
}

/** What a customer may like, best first, and why. */
export interface Advice {
  basis: 'bought-together' | 'popular';
  skus: string[];
}

/** A purchase that is not counted yet. */
export interface DuePurchase {
  orderId: string;
  /** Attempts that failed and were its own fault. */
  attempts: number;
}

/** How far behind the counts are. */
export interface CountBacklog {
  /** Purchases that were given up on and wait for a person. */
  parked: number;
  /** How long the purchase that was due first has waited; 0 when none is due. */
  oldestDueAgeMs: number;
}

/** Where purchases and what is counted over them live. */
export interface PurchaseStore {
  /** Recording an order again changes nothing. */
  record(purchase: Purchase): Promise<void>;
  /** The purchases to count next, at least one if there is one, no more than `maxPairs` pairs of products together. */
  due(batch: { maxPurchases: number; maxPairs: number }): Promise<DuePurchase[]>;
  /** Folds these purchases into the counts, each exactly once, and says how many it found to fold. */
  fold(orderIds: string[]): Promise<number>;
  postpone(orderId: string, setback: { attempts: number; error: string; delayMs: number }): Promise<void>;
  park(orderId: string, setback: { attempts: number; error: string }): Promise<void>;
  backlog(): Promise<CountBacklog>;
  /** Forgets purchases that are counted and at least `keepMs` old, and says how many; the counts stay. */
  forget(options: { keepMs: number; limit: number }): Promise<number>;
  /** Bought together with what the customer has, filled up with what is popular. */
  advise(customerId: string, limit: number): Promise<Advice>;
}
