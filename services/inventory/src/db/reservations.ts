import { type Queryable, type Sql, sql } from '@ballast/service-kit';
import type { Line, Reservation, ReservationStore } from '../use-cases/reservation.ts';

// A decision is first judged without locks, so a race can reach the CHECK constraint; then it is judged again.
const maxDecisionRaces = 10;
const outOfStockRace = 'stock_never_negative';

const columns = sql`
  order_id as "orderId", items, status, reason, expires_at as "expiresAt",
  status = 'reserved' and expires_at <= now() as "isOverdue"`;

/**
 * Reservations and stock in PostgreSQL. Each operation is one statement, so it is atomic in one round trip and a
 * caller that dies leaves no open transaction. All lock the reservation first, then stock in order of sku:
 * two of them can wait for each other, never in a circle.
 */
export function reservationsIn(db: Queryable, { ttlMs }: { ttlMs: number }): ReservationStore {
  async function decide(orderId: string, items: Line[]) {
    for (let race = 1; ; race++) {
      try {
        const [decided] = await db.query<Reservation>(decision(orderId, items, ttlMs));
        return decided;
      } catch (error) {
        if (!lostRaceForStock(error) || race === maxDecisionRaces) throw error;
      }
    }
  }

  async function find(orderId: string) {
    const [latest] = await db.query<Reservation>(sql`
      select ${columns} from reservations where order_id = ${orderId} order by id desc limit 1`);
    return latest;
  }

  function list({ after = '', limit }: { after?: string | undefined; limit: number }) {
    return db.query<Reservation>(sql`
      select distinct on (order_id) ${columns} from reservations where order_id > ${after}
      order by order_id, id desc limit ${limit}`);
  }

  async function confirm(orderId: string, items: Line[]) {
    const held = sql`
      order_id = ${orderId} and status = 'reserved' and expires_at > now() and items = ${JSON.stringify(items)}::jsonb`;
    const [confirmed] = await db.query<Reservation>(ending('confirmed', held));
    return confirmed;
  }

  async function release(orderId: string) {
    const held = sql`order_id = ${orderId} and status = 'reserved'`;
    const [released] = await db.query<Reservation>(ending('released', held));
    return released ?? (await leaveTombstone(orderId)) ?? (await find(orderId));
  }

  async function leaveTombstone(orderId: string) {
    const [tombstone] = await db.query<Reservation>(sql`
      insert into reservations (order_id, items, status, expires_at, ended_at)
      values (${orderId}, '[]', 'released', now(), now())
      on conflict (order_id) where status <> 'expired' do nothing
      returning ${columns}`);
    return tombstone;
  }

  async function expire({ orderId, limit }: { orderId?: string; limit: number }) {
    const ofOrder = orderId === undefined ? sql`` : sql`and order_id = ${orderId}`;
    // As an array it is computed once; as a plain subquery the planner may run it, and so the limit, once per row.
    const overdue = sql`id = any(array(
      select id from reservations where status = 'reserved' and expires_at <= now() ${ofOrder}
      order by expires_at limit ${limit} for update skip locked))`;
    const expired = await db.query(ending('expired', overdue));
    return expired.length;
  }

  return { decide, find, list, confirm, release, expire };
}

function decision(orderId: string, items: Line[], ttlMs: number): Sql {
  return sql`
    with lines as (
      select * from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as l(sku text, quantity integer)
    ), verdict as (
      select case when bool_or(stock.sku is null) then 'unknown-sku'
                  when bool_or(stock.available < lines.quantity) then 'insufficient-stock' end as reason
      from lines left join stock using (sku)
    ), decided as (
      insert into reservations (order_id, items, status, reason, expires_at, ended_at)
      select ${orderId}, ${JSON.stringify(items)}::jsonb,
        case when reason is null then 'reserved' else 'refused' end, reason,
        now() + ${ttlMs} * interval '1 millisecond', case when reason is not null then now() end
      from verdict
      on conflict (order_id) where status <> 'expired' do nothing
      returning *
    ), taking as (
      select stock.sku, lines.quantity, decided.id
      from decided cross join lines join stock using (sku)
      where decided.status = 'reserved'
      order by stock.sku for no key update of stock
    ), taken as (
      update stock set available = stock.available - taking.quantity, reserved = stock.reserved + taking.quantity
      from taking where stock.sku = taking.sku
    ), noted as (
      insert into stock_movements (sku, reservation_id, kind, quantity)
      select sku, id, 'reserved', quantity from taking
    )
    select ${columns} from decided`;
}

function ending(to: 'confirmed' | 'released' | 'expired', which: Sql): Sql {
  const [sold, givenBack] = to === 'confirmed' ? [1, 0] : [0, 1];
  return sql`
    with ended as (
      update reservations set status = ${to}, ended_at = now() where ${which} returning *
    ), moving as (
      select stock.sku, lines.quantity, ended.id
      from ended cross join jsonb_to_recordset(ended.items) as lines(sku text, quantity integer)
      join stock using (sku)
      order by stock.sku for no key update of stock
    ), moved as (
      update stock set
        reserved = stock.reserved - total.quantity,
        sold = stock.sold + total.quantity * ${sold},
        available = stock.available + total.quantity * ${givenBack}
      from (select sku, sum(quantity)::integer as quantity from moving group by sku) total
      where stock.sku = total.sku
    ), noted as (
      insert into stock_movements (sku, reservation_id, kind, quantity)
      select sku, id, ${to}, quantity from moving
    )
    select ${columns} from ended`;
}

function lostRaceForStock(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === outOfStockRace;
}
