import type { Answer } from '@ballast/resilience';
import type { Recommendations } from './order.ts';

/** Gives advice its names; a product that is not in the catalogue can't be bought, so it is left out. */
export function withNames(
  { value, source, ageMs }: Answer<string[]>,
  nameOf: (sku: string) => string | undefined,
): Recommendations {
  const items = value.flatMap((sku) => {
    const name = nameOf(sku);
    return name === undefined ? [] : [{ sku, name }];
  });
  return { source, ...(ageMs !== undefined && { ageMs: Math.round(ageMs) }), items };
}
