import { randomUUID } from 'node:crypto';

export interface OrderRequest {
  readonly customerId: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

const regulars = 200;
const newcomerShare = 0.15;

/** A few are chosen often and most rarely, as in any shop: squaring makes the first ones more likely. */
const skewed = (random: () => number, count: number): number => Math.floor(random() ** 2 * count);

/** A customer with a history, or one of whom nothing is known yet. */
export function pickCustomer(random: () => number): string {
  if (random() < newcomerShare) return `guest-${randomUUID().slice(0, 8)}`;
  return `customer-${String(1 + skewed(random, regulars)).padStart(3, '0')}`;
}

/** One to three different products, mostly one of each. */
export function pickOrder(random: () => number, skus: readonly string[]): OrderRequest {
  const chosen = new Set<string>();
  const lines = 1 + skewed(random, 3);
  for (let line = 0; line < lines; line += 1) chosen.add(skus[skewed(random, skus.length)] as string);
  const items = [...chosen].map((sku) => ({ sku, quantity: 1 + skewed(random, 3) }));
  return { customerId: pickCustomer(random), items };
}
