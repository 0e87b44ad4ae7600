import { type Kysely, sql } from 'kysely';

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
export function productsIn(db: Kysely<unknown>): ProductStore {
  const select = sql`
    select sku, name, category, price_cents as "priceCents", available from products join stock using (sku)`;
  return {
    async all() {
      return (await sql<Product>`${select} order by supplied desc, category, name`.execute(db)).rows;
    },
    async find(sku) {
      return (await sql<Product>`${select} where sku = ${sku}`.execute(db)).rows[0];
    },
  };
}
