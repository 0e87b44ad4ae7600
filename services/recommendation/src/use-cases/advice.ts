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

/** Where purchases and what is counted over them live. */
export interface PurchaseStore {
  /** Recording an order again changes nothing. */
  record(purchase: Purchase): Promise<void>;
  /** Folds up to `limit` new purchases into the counts, each exactly once, and says how many. */
  count(limit: number): Promise<number>;
  /** Bought together with what the customer has, filled up with what is popular. */
  advise(customerId: string, limit: number): Promise<Advice>;
}
