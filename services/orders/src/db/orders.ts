import { type Queryable, sql } from '@ballast/service-kit';
import type {
  IdempotencyKey,
  KnownKey,
  Order,
  OrderDraft,
  OrderState,
  OrderStore,
  Placement,
  StoredAnswer,
} from '../use-cases/order.ts';

export interface OrderStoreOptions {
  /**
   * How long the first request with a key has for itself; then the relay takes over. Longer than a request may take.
   */
  lockMs: number;
  /** How long a key and its answer are kept once its order is settled. */
  keepKeysMs: number;
  /** How long what was delivered stays readable. */
  keepDeliveredMs: number;
  /** How long an order is kept once it is settled. @default for ever */
  readonly keepOrdersMs?: number | undefined;
}

// A key without its order is removed by whoever meets it; then the key is free for one of those who come at once.
const maxPlacingRounds = 5;

interface OrderRow extends OrderDraft {
  status: OrderState['status'];
  reason: string | null;
}

export const orderColumns = sql`
  orders.id, orders.customer_id as "customerId", orders.items, orders.total_cents::float8 as "totalCents",
  orders.created_at as "createdAt", orders.status, orders.reason`;

/** Orders and their keys in PostgreSQL: one statement per operation, so one round trip and no open transactions. */
export function ordersIn(db: Queryable, options: OrderStoreOptions): OrderStore {
  async function place(draft: OrderDraft, key: IdempotencyKey): Promise<Placement> {
    for (let round = 1; round <= maxPlacingRounds; round++) {
      const [row] = await db.query<{ placed: boolean }>(placing(draft, key, options));
      if (row?.placed) return { kind: 'placed' };
      const known = await findKey(key.key);
      if (known) return known;
      await db.query(sql`
        delete from idempotency_keys
        where key = ${key.key} and not exists (select from orders where id = order_id)`);
    }
    throw new Error(`the key of order ${draft.id} kept changing for ${maxPlacingRounds} rounds`);
  }

  async function findKey(key: string): Promise<KnownKey | undefined> {
    type Row = OrderRow & { fingerprint: string; answer: StoredAnswer | null; lockedForMs: number };
    const [row] = await db.query<Row>(sql`
      select ${orderColumns}, fingerprint, answer,
        extract(epoch from locked_until - now())::float8 * 1000 as "lockedForMs"
      from idempotency_keys join orders on orders.id = order_id where key = ${key}`);
    if (!row) return undefined;
    const { fingerprint, answer, lockedForMs, ...order } = row;
    return { kind: 'known', fingerprint, answer, lockedForMs, order: orderFrom(order) };
  }

  return {
    place,
    findKey,
    async settle(orderId, state, answered) {
      const settled = await db.query(settling(orderId, state, answered));
      return settled.length > 0;
    },
    async postpone(orderId, { key, answer }) {
      await db.query(sql`
        with answered as (
          update idempotency_keys set answer = ${JSON.stringify(answer)}::jsonb where key = ${key} and answer is null
        )
        update outbox set due_at = now()
        where order_id = ${orderId} and kind = 'settle-order' and done_at is null and attempts = 0`);
    },
    async find(orderId) {
      const [row] = await db.query<OrderRow>(sql`select ${orderColumns} from orders where id = ${orderId}`);
      return row && orderFrom(row);
    },
    async sweep(limit) {
      const swept = await db.query(sweeping(limit, options));
      return swept.length;
    },
    async removeSettled(limit) {
      if (options.keepOrdersMs === undefined) return 0;
      return (await db.query(removing(limit, options.keepOrdersMs))).length;
    },
  };
}

export function orderFrom({ status, reason, ...draft }: OrderRow): Order {
  return { ...draft, ...({ status, ...(reason !== null && { reason }) } as OrderState) };
}

function placing(draft: OrderDraft, { key, fingerprint }: IdempotencyKey, options: OrderStoreOptions) {
  const { id, customerId, items, totalCents, createdAt } = draft;
  return sql`
    with claimed as (
      insert into idempotency_keys (key, fingerprint, order_id, locked_until, expires_at)
      values (${key}, ${fingerprint}, ${id}, now() + ${options.lockMs} * interval '1 millisecond',
        now() + ${options.lockMs + options.keepKeysMs} * interval '1 millisecond')
      on conflict (key) do nothing
      returning order_id, locked_until
    ), placed as (
      insert into orders (id, customer_id, items, total_cents, created_at, idempotency_key)
      select order_id, ${customerId}, ${JSON.stringify(items)}::jsonb, ${totalCents}::bigint,
        ${createdAt}::timestamptz, ${key}
      from claimed
    ), enqueued as (
      insert into outbox (order_id, kind, due_at) select order_id, 'settle-order', locked_until from claimed
    )
    select exists (select from claimed) as placed`;
}

// The compare-and-set on `pending` is what lets request and relay race: the first one writes, both are right.
function settling(
  orderId: string,
  { status, reason }: OrderState,
  answered?: { key: string; answer: StoredAnswer },
) {
  const answer = answered ? JSON.stringify(answered.answer) : null;
  return sql`
    with settled as (
      update orders set status = ${status}, reason = ${reason ?? null}, settled_at = now()
      where id = ${orderId} and status = 'pending' returning id, status
    ), closed as (
      update outbox set done_at = now(), parked_at = null
      where order_id = ${orderId} and kind = 'settle-order' and done_at is null
    ), enqueued as (
      insert into outbox (order_id, kind, due_at)
      select id, 'order-confirmed', now() from settled where status = 'confirmed'
    ), answered as (
      update idempotency_keys set answer = ${answer}::jsonb where key = ${answered?.key ?? null} and answer is null
    )
    select id from settled`;
}

// A key whose time is over although its order was not settled that long ago gets more time, so that each sweep goes on
// where the last one ended: many orders that are owed must not keep it from the others.
function sweeping(limit: number, { keepKeysMs, keepDeliveredMs }: OrderStoreOptions) {
  return sql`
    with expired as materialized (
      select key, order_id from idempotency_keys where expires_at <= now()
      order by expires_at limit ${limit} for update skip locked
    ), judged as materialized (
      select key, case when id is not null
        then coalesce(settled_at, now()) + ${keepKeysMs} * interval '1 millisecond' end as keep_until
      from expired left join orders on orders.id = order_id
    ), kept as (
      update idempotency_keys set expires_at = keep_until from judged
      where idempotency_keys.key = judged.key and keep_until > now()
    ), forgotten as (
      delete from idempotency_keys using judged
      where idempotency_keys.key = judged.key and coalesce(keep_until <= now(), true)
      returning 1
    ), tidied as (
      delete from outbox where id = any(array(
        select id from outbox where done_at <= now() - ${keepDeliveredMs} * interval '1 millisecond'
        order by done_at limit ${limit} for update skip locked))
      returning 1
    )
    select from forgotten union all select from tidied`;
}

// Neither an order with something left to do nor one whose key is still known.
function removing(limit: number, keepOrdersMs: number) {
  const longAgo = sql`now() - ${keepOrdersMs} * interval '1 millisecond'`;
  return sql`
    delete from orders where id = any(array(
      select id from orders
      where created_at <= ${longAgo} and settled_at <= ${longAgo}
        and not exists (select from outbox where outbox.order_id = orders.id and done_at is null)
        and not exists (
          select from idempotency_keys
          where idempotency_keys.key = orders.idempotency_key and idempotency_keys.order_id = orders.id)
      order by created_at limit ${limit} for update of orders skip locked))
    returning id`;
}
