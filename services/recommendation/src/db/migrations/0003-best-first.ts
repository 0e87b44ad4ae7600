import { sql } from '@ballast/service-kit';

/**
 * The best of all products, and the best partners of each, are read from the front of an index. Sorting them for a
 * request costs more with every product. The price is an entry of an index more for each count that changes.
 */
export const bestFirst = sql`
  create index popular_products_best on popular_products (times desc, sku);
  create index bought_together_best on bought_together (sku, times desc, other_sku)`;
