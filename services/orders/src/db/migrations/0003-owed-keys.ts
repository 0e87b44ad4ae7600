import { sql } from '@ballast/service-kit';

/** An order remembers its key, and the key of an order that is owed can't be removed. */
export const owedKeys = sql`
  alter table orders add column idempotency_key text;

  -- In the database, because replicas of the version before delete a key as soon as its time is over.
  create function keep_owed_keys() returns trigger language plpgsql as $$ begin
    if exists (select from orders where id = old.order_id and status = 'pending') then return null; end if;
    return old;
  end $$;
  create trigger keep_owed_keys before delete on idempotency_keys for each row execute function keep_owed_keys();

  -- For the retention of orders. By its age, which never changes: an index on settled_at would cost each settlement
  -- its update in place.
  create index orders_age on orders (created_at)`;
