import { sql } from '@ballast/service-kit';

/** Purchases as they are announced, and the counts that are folded from them. */
export const purchases = sql`
  create table purchases (
    order_id text primary key,
    customer_id text not null,
    skus text[] not null,
    is_counted boolean not null default false,
    purchased_at timestamptz not null default now()
  ) with (fillfactor = 80);
  create index purchases_of_customer on purchases (customer_id, purchased_at desc);
  create index purchases_to_count on purchases (order_id) where not is_counted;

  create table popular_products (
    sku text primary key,
    times bigint not null
  ) with (fillfactor = 50);

  create table bought_together (
    sku text not null,
    other_sku text not null,
    times bigint not null,
    primary key (sku, other_sku)
  ) with (fillfactor = 50)`;
