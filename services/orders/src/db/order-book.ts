import { type Queryable, sql } from '@ballast/service-kit';
import type { OrderDraft, OrderState } from '../use-cases/order.ts';
import type { Book, BookedOrder } from '../use-cases/reconcile.ts';
import { orderColumns, orderFrom } from './orders.ts';

interface OrderBook extends Book<BookedOrder> {
  /** Makes the settlement of a pending order due, whether its row waits, is parked or is gone. */
  resettle(orderId: string): Promise<void>;
}

const beforeAll = '00000000-0000-0000-0000-000000000000';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The orders in PostgreSQL, for who compares them with other books. */
export function orderBookIn(db: Queryable): OrderBook {
  type Row = OrderDraft & { status: OrderState['status']; reason: string | null; ageMs: number };
  const columns = sql`${orderColumns}, extract(epoch from now() - created_at)::float8 * 1000 as "ageMs"`;
  const booked = ({ ageMs, ...order }: Row): BookedOrder => ({ order: orderFrom(order), ageMs });

  return {
    async page({ after = beforeAll, limit }) {
      const rows = await db.query<Row>(sql`
        select ${columns} from orders where id > ${after} order by id limit ${limit}`);
      return rows.map(booked);
    },
    async find(orderId) {
      // Inventory takes other ids too; none of them is an order's.
      if (!uuid.test(orderId)) return undefined;
      const [row] = await db.query<Row>(sql`select ${columns} from orders where id = ${orderId}`);
      return row && booked(row);
    },
    async resettle(orderId) {
      await db.query(sql`
        insert into outbox (order_id, kind, due_at)
        select id, 'settle-order', now() from orders where id = ${orderId} and status = 'pending'
        on conflict (order_id, kind) do update
        set due_at = now(), attempts = 0, parked_at = null, done_at = null, claim = null`);
    },
  };
}
