import { sql } from '@ballast/service-kit';

/** Orders, the keys they were placed with, what is left to do for them, and the copy of the catalogue. */
export const orders = sql`
  create table orders (
    id uuid primary key,
    customer_id text not null,
    items jsonb not null,
    total_cents bigint not null check (total_cents >= 0),
    status text not null default 'pending' check (status in ('pending', 'confirmed', 'rejected')),
    reason text check ((status = 'rejected') = (reason is not null)),
    created_at timestamptz not null,
    settled_at timestamptz check ((status = 'pending') = (settled_at is null))
  ) with (fillfactor = 80);

  create table idempotency_keys (
    key text primary key,
    fingerprint text not null,
    order_id uuid not null,
    locked_until timestamptz not null,
    answer jsonb,
    expires_at timestamptz not null
  ) with (fillfactor = 50);
  create index idempotency_keys_expiry on idempotency_keys (expires_at);

  create table outbox (
    id bigint generated always as identity primary key,
    order_id uuid not null references orders on delete cascade,
    kind text not null check (kind in ('settle-order', 'order-confirmed')),
    due_at timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    created_at timestamptz not null default now(),
    done_at timestamptz,
    parked_at timestamptz,
    unique (order_id, kind)
  ) with (fillfactor = 70);
  create index outbox_due on outbox (kind, due_at) where done_at is null and parked_at is null;
  create index outbox_parked on outbox (parked_at) where parked_at is not null;
  create index outbox_done on outbox (done_at) where done_at is not null;

  create table catalogue (
    sku text primary key,
    name text not null,
    price_cents integer not null check (price_cents > 0)
  )`;
