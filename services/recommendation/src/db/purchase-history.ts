import { readFileSync } from 'node:fs';

const historyFile = new URL('./purchase-history.txt', import.meta.url);

/** A customer, then what was bought in one order. */
export type Basket = [customerId: string, ...skus: string[]];

/** Purchases before this system knew them, one order a line. */
export function readPurchaseHistory(): Basket[] {
  const lines = readFileSync(historyFile, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(' ') as Basket);
}
