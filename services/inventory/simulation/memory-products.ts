import type { Product, ProductStore } from '../src/db/products.ts';
import type { MemoryStock } from './memory-reservations.ts';

/** The same promises as `productsIn`, kept in memory for the simulation. */
export function memoryProducts(
  catalogue: readonly Omit<Product, 'available'>[],
  stock: ReadonlyMap<string, MemoryStock>,
): ProductStore {
  const all = async () =>
    catalogue.map((product) => ({ ...product, available: stock.get(product.sku)?.available ?? 0 }));
  return { all, find: async (sku) => (await all()).find((product) => product.sku === sku) };
}
