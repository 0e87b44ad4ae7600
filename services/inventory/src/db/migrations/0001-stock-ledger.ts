import { sql } from '@ballast/service-kit';

/** Products, reservations, the append-only ledger and its projection. */
export const stockLedger = sql`
  create table products (
    sku text primary key,
    name text not null,
    category text not null,
    price_cents integer not null check (price_cents > 0)
  );

  -- A fill factor leaves room on the page, so the busiest rows of the system are updated in place.
  create table stock (
    sku text primary key references products,
    supplied integer not null,
    available integer not null,
    reserved integer not null default 0,
    sold integer not null default 0,
    constraint stock_never_negative check (available >= 0 and reserved >= 0 and sold >= 0),
    constraint stock_conserved check (available + reserved + sold = supplied)
  ) with (fillfactor = 50);

  create table reservations (
    id bigint generated always as identity primary key,
    order_id text not null,
    items jsonb not null,
    status text not null check (status in ('reserved', 'confirmed', 'refused', 'released', 'expired')),
    reason text check ((status = 'refused') = (reason is not null)),
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz check ((status = 'reserved') = (ended_at is null))
  ) with (fillfactor = 80);
  -- One decision per order; only an expired one makes room for another.
  create unique index reservations_decided_once on reservations (order_id) where status <> 'expired';
  create index reservations_due on reservations (expires_at) where status = 'reserved';

  create table stock_movements (
    id bigint generated always as identity primary key,
    sku text not null,
    reservation_id bigint references reservations,
    kind text not null check (kind in ('supplied', 'reserved', 'confirmed', 'released', 'expired')),
    quantity integer not null check (quantity > 0),
    at timestamptz not null default now()
  );
  -- A reservation takes each product once and ends once, whatever the code above believes.
  create unique index stock_movements_once on stock_movements (reservation_id, sku, (kind = 'reserved'))
    where reservation_id is not null;

  create function refuse_rewriting() returns trigger language plpgsql as
    $$ begin raise exception 'stock_movements is append-only'; end $$;
  create trigger stock_movements_append_only before update or delete or truncate on stock_movements
    for each statement execute function refuse_rewriting()`;
