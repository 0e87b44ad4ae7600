import { type Queryable, sql } from '@ballast/service-kit';
import type { CountBacklog, DuePurchase, PurchaseStore } from '../use-cases/advice.ts';

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
    due: ({ maxPurchases, maxPairs }) =>
      db.query<DuePurchase>(sql`
        select order_id as "orderId", attempts
        from (
          select *, sum(pairs) over (order by count_at, order_id) - pairs as before
          from (
            select order_id, attempts, count_at, cardinality(skus) * (cardinality(skus) - 1) as pairs
            from purchases where not is_counted and parked_at is null and count_at <= now()
            order by count_at, order_id limit ${maxPurchases}
          ) oldest
        ) with_sums
        where before = 0 or before + pairs <= ${maxPairs}
        order by count_at, order_id`),
    async fold(orderIds) {
      const [row] = await db.query<{ counted: number }>(folding(orderIds));
      return row?.counted ?? 0;
    },
    async postpone(orderId, { attempts, error, delayMs }) {
      await db.query(sql`
        update purchases set attempts = ${attempts}, last_error = ${error},
          count_at = now() + ${delayMs} * interval '1 millisecond'
        where order_id = ${orderId} and not is_counted`);
    },
    async park(orderId, { attempts, error }) {
      await db.query(sql`
        update purchases set attempts = ${attempts}, last_error = ${error}, parked_at = now()
        where order_id = ${orderId} and not is_counted`);
    },
    async backlog() {
      const [backlog] = await db.query<CountBacklog>(sql`
        select (select count(*) from purchases where parked_at is not null)::integer as parked,
          coalesce((
            select extract(epoch from now() - count_at) * 1000 from purchases
            where not is_counted and parked_at is null and count_at <= now() order by count_at limit 1
          ), 0)::float8 as "oldestDueAgeMs"`);
      return backlog ?? { parked: 0, oldestDueAgeMs: 0 };
    },
    async forget({ keepMs, limit }) {
      const forgotten = await db.query(sql`
        delete from purchases where order_id = any(array(
          select order_id from purchases
          where is_counted and purchased_at <= now() - ${keepMs} * interval '1 millisecond'
          order by purchased_at limit ${limit} for update skip locked))
        returning 1`);
      return forgotten.length;
    },
    async advise(customerId, limit) {
      const rows = await db.query<{ sku: string; isTogether: boolean }>(advising(customerId, limit));
      const basis = rows.some((row) => row.isTogether) ? 'bought-together' : 'popular';
      return { basis, skus: rows.map((row) => row.sku) };
    },
  };
}

// Counting in batches keeps the hot counter rows off the path of the event, and one lock order keeps counters apart.
function folding(orderIds: string[]) {
  return sql`
    with fresh as materialized (
      select order_id from purchases where order_id = any(${orderIds}) and not is_counted and parked_at is null
      order by order_id for update skip locked
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
