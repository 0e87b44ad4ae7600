import { type Sql, sql } from '@ballast/service-kit';

/** How many reservations are held in time, and as many that are overdue. */
export const heldIn = (rows: number): number => Math.min(rows / 10, 20_000);

/** Reservations of half a year, and a ledger with two movements for the newer half of them. */
export function fill(rows: number): Sql[] {
  return [
    sql`set session_replication_role = replica`,
    sql`
      insert into reservations (order_id, items, status, reason, expires_at, created_at, ended_at)
      select 'order-' || lpad(n::text, 9, '0'), '[{"sku": "MUG-ENAMEL", "quantity": 1}]',
        case n % 40 when 1 then 'refused' when 2 then 'expired' when 3 then 'released' else 'confirmed' end,
        case n % 40 when 1 then 'insufficient-stock' end,
        at + interval '30 s', at, at + interval '1 s'
      from generate_series(1, ${rows}::integer) as n,
        lateral (select now() - (${rows} - n) * interval '180 days' / ${rows} as at) as moment`,
    ...['held', 'overdue'].map(
      (kind) => sql`
        insert into reservations (order_id, items, status, expires_at)
        select ${kind}::text || '-' || n, '[{"sku": "MUG-ENAMEL", "quantity": 1}]', 'reserved',
          now() + ${kind === 'held' ? 1 : -1} * interval '1 day'
        from generate_series(1, ${heldIn(rows)}::integer) as n`,
    ),
    sql`
      insert into stock_movements (sku, reservation_id, kind, quantity, at)
      select 'MUG-ENAMEL', id, kind, 1, created_at
      from reservations, unnest(array['reserved', case status when 'reserved' then null else status end]) as kind
      where status <> 'refused' and kind is not null and id > ${rows}::integer / 2
      order by id`,
    sql`
      update stock set reserved = 2 * ${heldIn(rows)}::integer, supplied = supplied + 2 * ${heldIn(rows)}::integer
      where sku = 'MUG-ENAMEL'`,
    sql`set session_replication_role = origin`,
  ];
}
