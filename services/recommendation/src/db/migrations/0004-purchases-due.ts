import { sql } from '@ballast/service-kit';

/**
 * When a purchase is to be counted, how often that failed, and whether it was given up on. The version before goes on
 * counting by `purchases_to_count`.
 */
export const purchasesDue = sql`
  alter table purchases
    add column count_at timestamptz not null default now(),
    add column attempts integer not null default 0,
    add column last_error text,
    add column parked_at timestamptz;
  create index purchases_due on purchases (count_at, order_id) where not is_counted and parked_at is null;
  create index purchases_parked on purchases (parked_at) where parked_at is not null`;
