import type { OrderLine } from '../history/entry.ts';

/** Quantities added up per SKU. */
export function quantities(lines: Iterable<OrderLine>): Map<string, number> {
  const total = new Map<string, number>();
  for (const { sku, quantity } of lines) total.set(sku, (total.get(sku) ?? 0) + quantity);
  return total;
}

/** Two orders are the same when they add up to the same, whatever the sequence and splitting of their lines. */
export function sameLines(some: readonly OrderLine[], others: readonly OrderLine[]): boolean {
  return sameQuantities(quantities(some), quantities(others));
}

function sameQuantities(some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean {
  return some.size === others.size && [...some].every(([sku, quantity]) => others.get(sku) === quantity);
}

/** As in `2 mug, 1 lamp`. */
export function describeLines(lines: readonly OrderLine[]): string {
  return lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ') || 'nothing';
}
