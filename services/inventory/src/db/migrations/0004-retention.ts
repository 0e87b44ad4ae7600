import { sql } from '@ballast/service-kit';

/**
 * Forgets reservations that ended long ago. Their movements leave the ledger for one line per product and kind, so
 * that its sums stay what they were. Nothing else may take a movement out: the function alone sets what the trigger
 * asks for.
 */
export const retention = sql`
  create index reservations_ended on reservations (ended_at) where ended_at is not null;
  create unique index stock_movements_carried on stock_movements (sku, kind)
    where reservation_id is null and kind <> 'supplied';

  create or replace function refuse_rewriting() returns trigger language plpgsql as $$
  begin
    if tg_op <> 'TRUNCATE' and current_setting('inventory.carries_forward', true) = 'on' then
      return null;
    end if;
    raise exception 'stock_movements is append-only';
  end $$;

  create function forget_reservations(ended_before timestamptz, at_most integer) returns integer
  language plpgsql as $$
  declare
    forgotten bigint[] := array(
      select id from reservations where ended_at <= ended_before
      order by ended_at limit at_most for update skip locked);
  begin
    -- Not as a setting of the function: only a superuser may give it one.
    perform set_config('inventory.carries_forward', 'on', true);
    with carried as (
      delete from stock_movements where reservation_id = any(forgotten) returning sku, kind, quantity
    )
    insert into stock_movements (sku, kind, quantity)
    select sku, kind, sum(quantity) from carried group by sku, kind order by sku, kind
    on conflict (sku, kind) where reservation_id is null and kind <> 'supplied'
      do update set quantity = stock_movements.quantity + excluded.quantity, at = now();
    delete from reservations where id = any(forgotten);
    perform set_config('inventory.carries_forward', 'off', true);
    return cardinality(forgotten);
  end $$`;
