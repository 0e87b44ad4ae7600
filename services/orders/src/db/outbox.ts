import { randomUUID } from 'node:crypto';
import { type Queryable, type Sql, sql } from '@ballast/service-kit';
import type { OrderDraft, OrderState } from '../use-cases/order.ts';
import type { Backlog, Claim, ClaimedRow, Outbox, ParkedRow } from '../use-cases/outbox.ts';
import { orderColumns, orderFrom } from './orders.ts';

/**
 * The outbox in PostgreSQL. A claim is a lease, written and committed at once, rather than a lock that is held while
 * the receiver is asked: a slow receiver costs no open transactions, and what a dead relay held comes back by itself.
 */
export function outboxIn(db: Queryable): Outbox {
  return {
    async claim(kind, { limit, leaseMs }) {
      type Row = OrderDraft & {
        status: OrderState['status'];
        reason: string | null;
        rowId: string;
        attempts: number;
      };
      const claim = randomUUID();
      const rows = await db.query<Row>(sql`
        with due as materialized (
          select id from outbox
          where kind = ${kind} and done_at is null and parked_at is null and due_at <= now()
          order by due_at limit ${limit} for update skip locked
        ), claimed as (
          update outbox set attempts = attempts + 1, claim = ${claim},
            due_at = now() + ${leaseMs} * interval '1 millisecond'
          from due where outbox.id = due.id
          returning outbox.id, outbox.order_id, outbox.attempts
        )
        select claimed.id as "rowId", claimed.attempts, ${orderColumns}
        from claimed join orders on orders.id = claimed.order_id`);
      return rows.map(
        ({ rowId, attempts, ...order }): ClaimedRow => ({
          id: rowId,
          claim,
          attempts,
          order: orderFrom(order),
        }),
      );
    },
    async done(rows) {
      await db.query(sql`update outbox set done_at = now(), claim = null where ${stillHeld(rows)}`);
    },
    async postpone(row, { attempts, error, delayMs }) {
      await db.query(sql`
        update outbox set attempts = ${attempts}, last_error = ${error}, claim = null,
          due_at = now() + ${delayMs} * interval '1 millisecond'
        where ${stillHeld([row])}`);
    },
    async release(rows) {
      await db.query(sql`
        update outbox set attempts = attempts - 1, due_at = now(), claim = null where ${stillHeld(rows)}`);
    },
    async park(row, { attempts, error }) {
      const rows = await db.query(sql`
        update outbox set attempts = ${attempts}, last_error = ${error}, claim = null, parked_at = now()
        where ${stillHeld([row])} returning id`);
      return rows.length > 0;
    },
    parked: (limit) =>
      db.query<ParkedRow>(sql`
        select id, order_id as "orderId", kind, attempts, last_error as "lastError", parked_at as "parkedAt"
        from outbox where parked_at is not null order by parked_at, id limit ${limit}`),
    async backlog() {
      // Two subqueries, so that each is answered from its own partial index; and the oldest of each kind, the first
      // entry of its part of that index, since after a long outage there are a million.
      const [backlog] = await db.query<Backlog>(sql`
        select (select count(*) from outbox where parked_at is not null)::integer as parked,
          coalesce((
            select extract(epoch from now() - min(oldest.due_at)) * 1000
            from unnest(array['settle-order', 'order-confirmed']) as kinds(kind), lateral (
              select due_at from outbox
              where outbox.kind = kinds.kind and done_at is null and parked_at is null and due_at <= now()
              order by due_at limit 1
            ) as oldest
          ), 0)::float8 as "oldestDueAgeMs"`);
      return backlog ?? { parked: 0, oldestDueAgeMs: 0 };
    },
    async requeue(id) {
      const rows = await db.query(sql`
        update outbox set parked_at = null, attempts = 0, due_at = now()
        where id = ${id} and parked_at is not null returning id`);
      return rows.length > 0;
    },
    async requeueMany({ kind, limit }) {
      const ofKind = kind === undefined ? sql`` : sql`and kind = ${kind}`;
      const rows = await db.query(sql`
        update outbox set parked_at = null, attempts = 0, due_at = now()
        where id = any(array(
          select id from outbox where parked_at is not null ${ofKind}
          order by parked_at, id limit ${limit} for update skip locked))
        returning id`);
      return rows.length;
    },
  };
}

// Each claim has a token of its own, so the two lists need not be compared in pairs.
function stillHeld(rows: readonly Claim[]): Sql {
  const ids = rows.map(({ id }) => id);
  const claims = rows.map(({ claim }) => claim);
  return sql`id = any(${ids}::bigint[]) and claim = any(${claims}::uuid[]) and done_at is null and parked_at is null`;
}
