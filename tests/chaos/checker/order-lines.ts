import type { OrderLine } from '../history/entry.ts';

/** Quantities added up per SKU. */
export function quantities(lines: Iterable<OrderLine>): Map<string, number> {
  const total = new Map<string, number>();
  for (const { sku, quantity } of lines) total.set(sku, (total.get(sku) ?? 0) + quantity);
  return total;
}

/** Two orders are the same when they add up to the same, whatever the sequence and splitting of their lines. */
export function sameLines(some: readonly OrderLine[], others: readonly OrderLine[]): boolean {
  const [left, right] = [quantities(some), quantities(others)];
  return left.size === right.size && [...left].every(([sku, quantity]) => right.get(sku) === quantity);
}
