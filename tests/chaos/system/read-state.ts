import { Client } from 'pg';
import type { FinalState } from '../checker/final-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';

type Measured = 'stockSamples' | 'traffic';
export type StoredState = Omit<FinalState, Measured>;

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
    select o.id, coalesce(k.key, 'no key') as key, o.status, o.items
    from orders o left join idempotency_keys k on k.order_id = o.id`,
  outbox: `
    select order_id as "orderId", kind,
      case when parked_at is not null then 'parked' when done_at is not null then 'done' else 'waiting' end as state
    from outbox`,
};

export const stockQuery = 'select sku, supplied, available, reserved, sold from stock order by sku';

const inventoryQueries = {
  reservations: `
    select r.order_id as "orderId", r.status, r.items,
      coalesce(sum(m.quantity) filter (where m.kind = 'reserved'), 0)::int as "heldPieces",
      coalesce(sum(m.quantity) filter (where m.kind <> 'reserved'), 0)::int as "endedPieces"
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
  purchases: `select order_id as "orderId", 1 as times from purchases where order_id not like 'history-%'`,
  popularity: `
    select sku, coalesce(times, 0)::int as counted, coalesce(expected, 0)::int as expected
    from popular_products full join (
      select sku, count(*) as expected from purchases, unnest(skus) as sku where is_counted group by sku
    ) bought using (sku)`,
};
