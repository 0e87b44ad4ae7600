import { type Queryable, sql } from '@ballast/service-kit';
import type { PurchaseStore } from '../use-cases/advice.ts';

// A customer's latest orders say most about them, and keep the query bounded for those who buy daily.
const ordersConsidered = 5;
const productsConsidered = 20;
// Those bought most often with each of them, so that a request costs the same however many products there are. More
// than the products considered plus an advice, because what the customer has is left out afterwards.
const partnersConsidered = 50;

/** Purchases and their counts in PostgreSQL. */
export function purchasesIn(db: Queryable): PurchaseStore {
  return {
    async record({ orderId, customerId, skus }) {
      await db.query(sql`
        insert into purchases (order_id, customer_id, skus) values (${orderId}, ${customerId}, ${skus})
        on conflict (order_id) do nothing`);
    },
    async count(limit) {
      const [row] = await db.query<{ counted: number }>(counting(limit));
      return row?.counted ?? 0;
    },
    async advise(customerId, limit) {
      const rows = await db.query<{ sku: string; isTogether: boolean }>(advising(customerId, limit));
      const basis = rows.some((row) => row.isTogether) ? 'bought-together' : 'popular';
      return { basis, skus: rows.map((row) => row.sku) };
    },
  };
}

// Counting in batches keeps the hot counter rows off the path of the event, and one lock order keeps counters apart.
function counting(limit: number) {
  return sql`
    with fresh as materialized (
      select order_id from purchases where not is_counted order by order_id limit ${limit} for update skip locked
    ), batch as (
      update purchases set is_counted = true from fresh where purchases.order_id = fresh.order_id returning skus
    ), popularity as (
      insert into popular_products (sku, times)
      select sku, count(*) from batch, unnest(skus) as sku group by sku order by sku
      on conflict (sku) do update set times = popular_products.times + excluded.times
    ), pairs as (
      insert into bought_together (sku, other_sku, times)
      select a, b, count(*) from batch, unnest(skus) as a, unnest(skus) as b where a <> b group by a, b order by a, b
      on conflict (sku, other_sku) do update set times = bought_together.times + excluded.times
    )
    select count(*)::integer as counted from batch`;
}

function advising(customerId: string, limit: number) {
  return sql`
    with owned as (
      select distinct sku
      from (select skus from purchases where customer_id = ${customerId} order by purchased_at desc limit ${ordersConsidered}) latest,
        unnest(latest.skus) as sku
      limit ${productsConsidered}
    ), together as (
      select partner.sku, sum(partner.times) as times
      from owned cross join lateral (
        select other_sku as sku, times from bought_together where bought_together.sku = owned.sku
        order by times desc, other_sku limit ${partnersConsidered}
      ) partner
      where partner.sku not in (select sku from owned)
      group by partner.sku order by times desc, sku limit ${limit}
    ), popular as (
      select sku, times from popular_products
      where sku not in (select sku from owned) and sku not in (select sku from together)
      order by times desc, sku limit ${limit}
    )
    select sku, is_together as "isTogether" from (
      select sku, times, true as is_together from together union all select sku, times, false from popular
    ) advice
    order by is_together desc, times desc, sku limit ${limit}`;
}
