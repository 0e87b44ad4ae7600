import { type Queryable, sql } from '@ballast/service-kit';

/** A product as the shop lists it. */
export interface Product {
  sku: string;
  name: string;
  category: string;
  priceCents: number;
  /** Pieces that are neither held nor sold. */
  available: number;
}

export interface ProductStore {
  all(): Promise<Product[]>;
  find(sku: string): Promise<Product | undefined>;
}

/** The catalogue in PostgreSQL. */
export function productsIn(db: Queryable): ProductStore {
  const select = sql`
    select sku, name, category, price_cents as "priceCents", available from products join stock using (sku)`;
  return {
    all: () => db.query<Product>(sql`${select} order by supplied desc, category, name`),
    async find(sku) {
      const [product] = await db.query<Product>(sql`${select} where sku = ${sku}`);
      return product;
    },
  };
}
