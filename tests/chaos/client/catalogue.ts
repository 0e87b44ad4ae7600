import { request } from 'undici';
import { z } from 'zod';
import type { Catalogue } from './traffic.ts';

const productList = z.object({
  products: z.array(z.object({ sku: z.string(), unitPrice: z.number(), available: z.int() })),
});

/** Fewer pieces than this run out during a run. */
const scarceBelow = 1000;

/** What can be bought, and for how many cents, according to inventory. */
export async function shopCatalogue(
  inventoryUrl: string,
): Promise<Catalogue & { readonly prices: ReadonlyMap<string, number> }> {
  const { body } = await request(`${inventoryUrl}/v1/products`);
  const { products } = productList.parse(await body.json());
  const skusWhere = (matches: (available: number) => boolean) =>
    products.filter(({ available }) => matches(available)).map(({ sku }) => sku);
  return {
    plenty: skusWhere((available) => available >= scarceBelow),
    scarce: skusWhere((available) => available < scarceBelow),
    prices: new Map(products.map(({ sku, unitPrice }) => [sku, Math.round(unitPrice * 100)])),
  };
}
