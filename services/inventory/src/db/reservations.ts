import { type Queryable, type Sql, sql } from '@ballast/service-kit';
import {
  type Line,
  type Reservation,
  type ReservationStore,
  StockBusyError,
} from '../use-cases/reservation.ts';

// A decision is first judged without locks, so a race can reach the CHECK constraint; then it is judged again.
const maxDecisionRaces = 10;
const outOfStockRace = 'stock_never_negative';

const columns = sql`
  order_id as "orderId", items, status, reason, expires_at as "expiresAt",
  status = 'reserved' and expires_at <= now() as "isOverdue"`;

/** What an operation did: `orderId` is null when nothing, `busySkus` names the products whose rows others hold. */
type Attempted = Reservation & { readonly orderId: string | null; readonly busySkus: string[] | null };

/**
 * Reservations and stock in PostgreSQL. Each operation is one statement, so it is atomic in one round trip and a
 * caller that dies leaves no open transaction. Only the reservation is waited for. Rows of stock are taken if they are
 * free, all that the operation needs or none: whoever waited for one would hold the others meanwhile, and a connection
 * of the pool. So nobody can wait in a circle either.
 */
export function reservationsIn(db: Queryable, { ttlMs }: { ttlMs: number }): ReservationStore {
  async function decide(orderId: string, items: Line[]) {
    for (let race = 1; ; race++) {
      try {
        return doneIn(await db.query<Attempted>(decision(orderId, items, ttlMs)));
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
      order_id = ${orderId} and status = 'reserved' and expires_at > now() and items = ${JSON.stringify(items)}::jsonb
      for no key update`;
    return doneIn(await db.query<Attempted>(ending('confirmed', held)));
  }

  async function release(orderId: string) {
    const held = sql`order_id = ${orderId} and status = 'reserved' for no key update`;
    const released = doneIn(await db.query<Attempted>(ending('released', held)));
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
    const overdue = sql`
      status = 'reserved' and expires_at <= now() ${ofOrder}
      order by expires_at limit ${limit} for no key update skip locked`;
    const attempted = await db.query<Attempted>(ending('expired', overdue));
    if (orderId !== undefined) doneIn(attempted);
    return attempted.filter((row) => row.orderId !== null).length;
  }

  async function forget({ keepMs, limit }: { keepMs: number; limit: number }) {
    const [row] = await db.query<{ forgotten: number }>(sql`
      select forget_reservations(now() - ${keepMs} * interval '1 millisecond', ${limit}) as forgotten`);
    return row?.forgotten ?? 0;
  }

  return { decide, find, list, confirm, release, expire, forget };
}

function doneIn([attempted]: Attempted[]): Reservation | undefined {
  if (!attempted) return undefined;
  const { busySkus, ...reservation } = attempted;
  if (busySkus) throw new StockBusyError(busySkus);
  return reservation.orderId === null ? undefined : reservation;
}

// Locks nothing for an order that is decided already, so that asking again is answered while its product is busy.
function decision(orderId: string, items: Line[], ttlMs: number): Sql {
  return sql`
    with lines as (
      select * from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as l(sku text, quantity integer)
    ), verdict as (
      select case when bool_or(stock.sku is null) then 'unknown-sku'
                  when bool_or(stock.available < lines.quantity) then 'insufficient-stock' end as reason
      from lines left join stock using (sku)
    ), needed as materialized (
      select sku from lines
      where (select reason from verdict) is null
        and not exists (select from reservations where order_id = ${orderId} and status <> 'expired')
    ), locked as materialized (
      select sku from stock where sku in (select sku from needed) order by sku for no key update skip locked
    ), busy as (
      select array_agg(sku) as skus from needed where sku not in (select sku from locked)
    ), decided as (
      insert into reservations (order_id, items, status, reason, expires_at, ended_at)
      select ${orderId}, ${JSON.stringify(items)}::jsonb,
        case when reason is null then 'reserved' else 'refused' end, reason,
        now() + ${ttlMs} * interval '1 millisecond', case when reason is not null then now() end
      from verdict where (select skus from busy) is null
      on conflict (order_id) where status <> 'expired' do nothing
      returning *
    ), taking as (
      select lines.sku, lines.quantity, decided.id from decided cross join lines where decided.status = 'reserved'
    ), taken as (
      update stock set available = stock.available - taking.quantity, reserved = stock.reserved + taking.quantity
      from taking where stock.sku = taking.sku
    ), noted as (
      insert into stock_movements (sku, reservation_id, kind, quantity)
      select sku, id, 'reserved', quantity from taking
    )
    select ${columns}, busy.skus as "busySkus" from busy left join decided on true`;
}

function ending(to: 'confirmed' | 'released' | 'expired', held: Sql): Sql {
  const [sold, givenBack] = to === 'confirmed' ? [1, 0] : [0, 1];
  return sql`
    with held as materialized (
      select id, items from reservations where ${held}
    ), needed as materialized (
      select id, sku, quantity from held, jsonb_to_recordset(items) as lines(sku text, quantity integer)
    ), locked as materialized (
      select sku from stock where sku in (select sku from needed) order by sku for no key update skip locked
    ), busy as materialized (
      select id, sku from needed where sku not in (select sku from locked)
    ), ended as (
      update reservations set status = ${to}, ended_at = now()
      where id = any(array(select id from held where id not in (select id from busy))) returning *
    ), moving as (
      select needed.* from ended join needed using (id)
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
    select ${columns}, skus as "busySkus"
    from (select array_agg(distinct sku) as skus from busy) as all_busy left join ended on true`;
}

function lostRaceForStock(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === outOfStockRace;
}
