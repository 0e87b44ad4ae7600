import { Client } from 'pg';
import type { FinalState } from '../checker/final-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';

/** What no table says at the end: it is measured while the run goes on. */
export type MeasuredState = Pick<
  FinalState,
  'stockSamples' | 'traffic' | 'supply' | 'forgottenWhilePending' | 'forgottenKeys'
>;
export type StoredState = Omit<FinalState, keyof MeasuredState>;

/** Everything that the checker reads from the databases, each of them at one moment. */
export async function readState(system: Pick<SystemUnderTest, 'databaseUrl'>): Promise<StoredState> {
  return {
    ...(await readInOneSnapshot(system.databaseUrl('orders'), ordersQueries)),
    ...(await readInOneSnapshot(system.databaseUrl('inventory'), inventoryQueries)),
    ...(await readInOneSnapshot(system.databaseUrl('recommendation'), recommendationQueries)),
  };
}

/** The columns of each query have the names of its row type; nothing else checks the types. */
async function readInOneSnapshot<Name extends keyof StoredState>(
  connectionString: string,
  queries: Readonly<Record<Name, string>>,
): Promise<Pick<StoredState, Name>> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    const state: Record<string, unknown[]> = {};
    for (const [name, query] of Object.entries<string>(queries))
      state[name] = (await client.query(query)).rows;
    await client.query('commit');
    return state as unknown as Pick<StoredState, Name>;
  } finally {
    await client.end();
  }
}

const ordersQueries = {
  orders: `
    select o.id, coalesce(k.key, '') as key, o.status, o.reason, o.items,
      o.customer_id as "customerId", o.total_cents::float8 as "totalCents"
    from orders o left join idempotency_keys k on k.order_id = o.id`,
  outbox: `
    select order_id as "orderId", kind,
      case when parked_at is not null then 'parked' when done_at is not null then 'done' else 'waiting' end as state
    from outbox`,
};

/** The keys that are known, and the pending orders whose key is not. */
export const keysQuery = `
  select order_id as "orderId", key from idempotency_keys
  union all
  select id, null from orders
  where status = 'pending' and not exists (select from idempotency_keys where order_id = orders.id)`;

export const stockQuery = 'select sku, supplied, available, reserved, sold from stock order by sku';

function linesWhere(condition: string): string {
  return `coalesce(
    jsonb_agg(jsonb_build_object('sku', m.sku, 'quantity', m.quantity)) filter (where ${condition}), '[]')`;
}

const inventoryQueries = {
  reservations: `
    select r.order_id as "orderId", r.status, r.items,
      ${linesWhere("m.kind = 'reserved'")} as held,
      ${linesWhere("m.kind = 'confirmed'")} as sold,
      ${linesWhere("m.kind in ('released', 'expired')")} as returned
    from reservations r left join stock_movements m on m.reservation_id = r.id group by r.id`,
  stock: stockQuery,
  ledger: `
    select sku, supplied, supplied - taken + returned as available, taken - returned - sold as reserved, sold from (
      select sku,
        coalesce(sum(quantity) filter (where kind = 'supplied'), 0)::int as supplied,
        coalesce(sum(quantity) filter (where kind = 'reserved'), 0)::int as taken,
        coalesce(sum(quantity) filter (where kind in ('released', 'expired')), 0)::int as returned,
        coalesce(sum(quantity) filter (where kind = 'confirmed'), 0)::int as sold
      from stock_movements group by sku) movements`,
};

// Purchases that came with the migration are not of this run, but what was counted from them still has to add up.
const recommendationQueries = {
  purchases: `
    select order_id as "orderId", 1 as times, customer_id as "customerId", skus
    from purchases where order_id not like 'history-%'`,
  popularity: `
    select sku, coalesce(times, 0)::int as counted, coalesce(expected, 0)::int as expected
    from popular_products full join (
      select sku, count(*) as expected from purchases, unnest(skus) as sku where is_counted group by sku
    ) bought using (sku)
    union all
    select sku || ' with ' || other_sku, coalesce(times, 0)::int, coalesce(expected, 0)::int
    from bought_together full join (
      select sku, other_sku, count(*) as expected
      from purchases, unnest(skus) as sku, unnest(skus) as other_sku
      where is_counted and sku <> other_sku group by sku, other_sku
    ) bought using (sku, other_sku)`,
};
