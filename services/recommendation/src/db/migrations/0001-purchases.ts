import { type Kysely, sql } from 'kysely';

/** Purchases as they are announced, and the counts that are folded from them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table purchases (
      order_id text primary key,
      customer_id text not null,
      skus text[] not null,
      is_counted boolean not null default false,
      purchased_at timestamptz not null default now()
    ) with (fillfactor = 80)`.execute(db);
  await sql`create index purchases_of_customer on purchases (customer_id, purchased_at desc)`.execute(db);
  await sql`create index purchases_to_count on purchases (order_id) where not is_counted`.execute(db);

  await sql`
    create table popular_products (
      sku text primary key,
      times bigint not null
    ) with (fillfactor = 50)`.execute(db);
  await sql`
    create table bought_together (
      sku text not null,
      other_sku text not null,
      times bigint not null,
      primary key (sku, other_sku)
    ) with (fillfactor = 50)`.execute(db);
}
