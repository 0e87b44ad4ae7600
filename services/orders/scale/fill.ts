import { type Sql, sql } from '@ballast/service-kit';

/** How many orders are not settled yet, as after a long outage; and as many are not announced. */
export const backlogIn = (rows: number): number => Math.min(rows / 5, 50_000);

/** The id of the nth order. */
export const idOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

const nthId = sql`('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const parked = 500;

/** Orders with their keys and a row of the outbox each; the newest are not settled or not announced yet. */
export function fill(rows: number): Sql[] {
  const backlog = backlogIn(rows);
  const series = sql`
    generate_series(1, ${rows}::integer) as n,
      lateral (select now() - (${rows}::integer - n) * interval '2 days' / ${rows}::integer as at) as moment`;
  return [
    sql`set session_replication_role = replica`,
    sql`
      insert into orders (id, customer_id, items, total_cents, status, created_at, settled_at, idempotency_key)
      select ${nthId}, 'customer-' || n % 1000, '[{"sku": "MUG", "quantity": 1, "unitPriceCents": 990}]', 990,
        case when n > ${rows - backlog}::integer then 'pending' else 'confirmed' end, at,
        case when n <= ${rows - backlog}::integer then at end, 'key-' || lpad(n::text, 9, '0')
      from ${series}`,
    sql`
      insert into idempotency_keys (key, fingerprint, order_id, locked_until, answer, expires_at)
      select 'key-' || lpad(n::text, 9, '0'), 'print', ${nthId}, at,
        '{"state": {"status": "confirmed"}, "recommendations": {"source": "live", "items": []}}', at + interval '1 day'
      from ${series}`,
    sql`
      insert into idempotency_keys (key, fingerprint, order_id, locked_until, expires_at)
      select 'lost-' || n, 'print', gen_random_uuid(), now(), now() + interval '1 day' from generate_series(1, 1000) as n`,
    sql`
      insert into outbox (order_id, kind, due_at, attempts, created_at, done_at, parked_at)
      select ${nthId},
        case when n > ${rows - 2 * backlog}::integer and n <= ${rows - backlog}::integer then 'order-confirmed'
          else 'settle-order' end,
        at, 0, at, case when n <= ${rows - 2 * backlog}::integer then at end,
        case when n > ${rows - backlog}::integer and n <= ${rows - backlog + parked}::integer then at end
      from ${series}`,
    sql`insert into catalogue (sku, name, price_cents) select 'SKU-' || n, 'Product', 990 from generate_series(1, 50) as n`,
    sql`set session_replication_role = origin`,
  ];
}
