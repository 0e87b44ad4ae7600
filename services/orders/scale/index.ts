/** The database of this service with millions of rows, for tests and benches of its size. */

import { scaleSubject } from '@ballast/service-kit/testing';
import { catalogueIn } from '../src/db/catalogue.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { orderBookIn } from '../src/db/order-book.ts';
import { ordersIn } from '../src/db/orders.ts';
import { outboxIn } from '../src/db/outbox.ts';
import type { OrderDraft, StoredAnswer } from '../src/use-cases/order.ts';
import { backlogIn, fill, idOf } from './fill.ts';

const answer: StoredAnswer = {
  state: { status: 'confirmed' },
  recommendations: { source: 'live', items: [] },
};
const lease = { limit: 8, leaseMs: 60_000 };
const keepMs = 24 * 3_600_000;

export const ordersAtScale = scaleSubject({
  name: 'orders',
  migrations,
  fill,
  stores: (db) => ({
    orders: ordersIn(db, {
      lockMs: 5000,
      keepKeysMs: keepMs,
      keepDeliveredMs: keepMs,
      keepOrdersMs: 1.5 * keepMs,
    }),
    outbox: outboxIn(db, { longestDelayMs: 60_000 }),
    catalogue: catalogueIn(db),
    book: orderBookIn(db),
  }),
  operations: ({ orders, outbox, catalogue, book }, rows) => {
    // Spread over a large part of the table, since its last pages are the ones in memory; and not among the oldest,
    // which are removed.
    const some = (n: number) => 1 + rows / 2 + ((n * 7919) % (rows / 2 - 2 * backlogIn(rows)));
    const pending = (n: number) => idOf(rows - backlogIn(rows) / 2 + n);
    const part = backlogIn(rows) / 8;
    const claimed = async () => {
      const [row] = await outbox.claim('settle-order', { ...lease, limit: 1 });
      if (!row) throw new Error('nothing is due');
      return row;
    };
    const done = async (work: Promise<void>) => (await work) === undefined;
    return {
      'orders.place, a new key': (n) => orders.place(draft(rows + n), keyOf(rows + n)),
      'orders.place, a known key': (n) => orders.place(draft(2 * rows + n), keyOf(some(n))),
      'orders.place, a key that lost its order': (n) =>
        orders.place(draft(3 * rows + n), { key: `lost-${n}`, fingerprint: 'print' }),
      'orders.findKey': (n) => orders.findKey(keyOf(some(n)).key),
      'orders.findKey, an unknown key': async (n) => (await orders.findKey(`no-${n}`)) === undefined,
      'orders.settle': (n) => orders.settle(pending(n), { status: 'confirmed' }),
      'orders.settle, with its answer': (n) =>
        orders.settle(pending(part + n), answer.state, { key: keyOf(some(n)).key, answer }),
      'orders.settle, again': async (n) => !(await orders.settle(idOf(some(n)), { status: 'confirmed' })),
      'orders.postpone': (n) => orders.postpone(pending(2 * part + n), { key: keyOf(some(n)).key, answer }),
      'orders.find': (n) => orders.find(idOf(some(n))),
      'orders.find, an unknown order': async (n) => (await orders.find(idOf(9 * rows + n))) === undefined,
      'orders.sweep': () => orders.sweep(50),
      'orders.removeSettled': async () => (await orders.removeSettled(50)).removed,
      'outbox.claim, to settle': () => outbox.claim('settle-order', lease),
      'outbox.claim, to announce': () => outbox.claim('order-confirmed', lease),
      'outbox.done': async () => done(outbox.done([await claimed()])),
      'outbox.postpone': async () =>
        done(outbox.postpone(await claimed(), { attempts: 1, error: 'away', delayMs: 60_000 })),
      'outbox.release': async () => done(outbox.release([await claimed()])),
      'outbox.park': async () => outbox.park(await claimed(), { attempts: 8, error: 'poison' }),
      'outbox.parked': () => outbox.parked(200),
      'outbox.backlog': () => outbox.backlog(),
      'outbox.requeueMany': () => outbox.requeueMany({ limit: 10 }),
      'outbox.requeue': async (n) => outbox.requeue((await outbox.parked(n % 100))[0]?.id ?? ''),
      'book.page': (n) => book.page({ after: idOf(some(n)), limit: 1000 }),
      'book.find': (n) => book.find(pending(n)),
      'book.resettle': (n) => done(book.resettle(pending(3000 + n))),
      'catalogue.load': () => catalogue.load(),
      'catalogue.replace': () => done(catalogue.replace([{ sku: 'MUG', name: 'Mug', priceCents: 990 }])),
    };
  },
});

function draft(n: number): OrderDraft {
  const items = [{ sku: 'MUG', quantity: 1, unitPriceCents: 990 }];
  return { id: idOf(n), customerId: `customer-${n % 1000}`, items, totalCents: 990, createdAt: new Date(0) };
}

function keyOf(n: number) {
  return { key: `key-${String(n).padStart(9, '0')}`, fingerprint: 'print' };
}
