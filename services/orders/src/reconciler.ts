import { wallClock } from '@ballast/resilience/primitives';
import { type Database, type HttpClient, httpClient } from '@ballast/service-kit';
import type { z } from 'zod';
import type { reconcileSchema } from './config.ts';
import { orderBookIn } from './db/order-book.ts';
import { inventoryDependency } from './dependencies/inventory.ts';
import { reservationBookDependency } from './dependencies/reservation-book.ts';
import { mend } from './use-cases/mend.ts';
import {
  type Book,
  type BookedReservation,
  type Difference,
  findDifferences,
  type ReconcileOptions,
} from './use-cases/reconcile.ts';

const pageSize = 1000;
/** Requests and relays settle an order within seconds; one that is pending for longer needs a look. */
const graceMs = 60_000;

export interface ReconcilerOptions {
  readonly config: z.output<typeof reconcileSchema>;
  readonly database: Database;
  readonly isMending: boolean;
  readonly write: (line: string) => void;
}

/** Compares the books of orders and inventory, writes a line for each difference and says how many are left. */
export async function reconcile({ config, database, isMending, write }: ReconcilerOptions): Promise<number> {
  const client = httpClient({ name: 'inventory', baseUrl: config.INVENTORY_URL, maxConnections: 4 });
  const orders = orderBookIn(database);
  const reservations = reservationBook(client);
  // Every hold would look like one for nobody.
  const [first] = await orders.page({ after: undefined, limit: 1 });
  if (!first) throw new Error('there are no orders in this database: is DATABASE_URL right?');
  const inventory = inventoryDependency(client).call;
  const tools = { resettle: orders.resettle, inventory, release: inventory };
  let [found, left] = [0, 0];
  try {
    for await (const difference of findDifferences({ orders, reservations }, optionsOf(config))) {
      found++;
      const mending = isMending ? await mend(difference, tools, {}) : undefined;
      if (!mending?.isMended) left++;
      write(describe(difference, mending?.detail));
    }
  } finally {
    await client.close();
  }
  const count = found === 0 ? 'no differences' : found === 1 ? '1 difference' : `${found} differences`;
  write(isMending && found > 0 ? `${count}, ${found - left} mended` : count);
  return left;
}

function reservationBook(client: HttpClient): Book<BookedReservation> {
  const book = reservationBookDependency(client);
  const read = async (path: string, isOne: boolean) => (await book.call({ path, isOne })).value;
  return {
    page({ after, limit }) {
      const query = new URLSearchParams({ limit: `${limit}`, ...(after !== undefined && { after }) });
      return read(`/v1/reservations?${query}`, false);
    },
    find: async (orderId) => (await read(`/v1/reservations/${encodeURIComponent(orderId)}`, true))[0],
  };
}

function optionsOf({ ORDER_KEEP_MS: keepMs }: ReconcilerOptions['config']): ReconcileOptions {
  return {
    graceMs,
    pageSize,
    ordersKeptSince: keepMs === 0 ? undefined : new Date(wallClock.now() - keepMs),
  };
}

function describe({ orderId, kind, order, reservation }: Difference, detail: string | undefined): string {
  const books = `orders: ${order?.status ?? 'nothing'}, inventory: ${reservation?.status ?? 'nothing'}`;
  return `${orderId}  ${kind}  ${books}${detail === undefined ? '' : `  ${detail}`}`;
}
