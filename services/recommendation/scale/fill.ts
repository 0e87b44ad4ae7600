import { type Sql, sql } from '@ballast/service-kit';

export const customersIn = (rows: number): number => rows / 20;

/** As many products as the pairs of all with all are rows. */
const productsIn = (rows: number): number => Math.floor(Math.sqrt(rows));

/** Purchases of half a year, the newest of them not counted yet, and every product bought together with every other. */
export function fill(rows: number): Sql[] {
  const products = productsIn(rows);
  return [
    sql`truncate purchases`,
    sql`
      insert into purchases (order_id, customer_id, skus, is_counted, purchased_at)
      select 'order-' || lpad(n::text, 9, '0'), 'customer-' || (n::bigint * 7907) % ${customersIn(rows)}::integer,
        array['SKU-' || n % ${products}, 'SKU-' || n * 31::bigint % ${products}, 'SKU-' || n * 37::bigint % ${products}],
        n <= ${rows}::integer - least(${rows}::integer / 10, 50000),
        now() - (${rows} - n) * interval '180 days' / ${rows}
      from generate_series(1, ${rows}::integer) as n`,
    sql`
      insert into popular_products (sku, times)
      select 'SKU-' || n, (n::bigint * 7907) % 10007 from generate_series(0, ${products}::integer - 1) as n`,
    sql`
      insert into bought_together (sku, other_sku, times)
      select 'SKU-' || a, 'SKU-' || b, 1 + (a::bigint * b * 7907) % 1009
      from generate_series(0, ${products}::integer - 1) as a, generate_series(0, ${products}::integer - 1) as b
      where a <> b`,
  ];
}
