import type { OrderLine } from '../history/entry.ts';

/** Two orders ask for the same when their lines are the same in any sequence. */
export function sameLines(a: readonly OrderLine[], b: readonly OrderLine[]): boolean {
  return fingerprint(a) === fingerprint(b);
}

function fingerprint(lines: readonly OrderLine[]): string {
  return lines
    .map(({ sku, quantity }) => `${sku}x${quantity}`)
    .sort()
    .join('+');
}

/** Quantities added up per SKU. */
export function quantities(lines: Iterable<OrderLine>): Map<string, number> {
  const total = new Map<string, number>();
  for (const { sku, quantity } of lines) total.set(sku, (total.get(sku) ?? 0) + quantity);
  return total;
}
