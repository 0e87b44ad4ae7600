/** The database of this service with millions of rows, for tests and benches of its size. */

import { scaleSubject } from '@ballast/service-kit/testing';
import { migrations } from '../src/db/migrations/index.ts';
import { openingStock } from '../src/db/opening-stock.ts';
import { productsIn } from '../src/db/products.ts';
import { reservationsIn } from '../src/db/reservations.ts';
import { fill, heldIn } from './fill.ts';

const items = [{ sku: 'MUG-ENAMEL', quantity: 1 }];

export const inventoryAtScale = scaleSubject({
  name: 'inventory',
  migrations,
  fill,
  stores: (db) => ({ products: productsIn(db), reservations: reservationsIn(db, { ttlMs: 60_000 }) }),
  operations: ({ products, reservations }, rows) => {
    // Spread over a large part of the table, since its last pages are the ones in memory; and not among the oldest,
    // which are forgotten.
    const ended = (n: number) => `order-${String(rows / 2 + ((n * 7919) % (rows / 8)) * 4).padStart(9, '0')}`;
    const held = (n: number) => `held-${n % heldIn(rows)}`;
    return {
      'products.all': () => products.all(),
      'products.find': (n) => products.find(openingStock[n % openingStock.length]?.[0] ?? ''),
      'reservations.decide, a new order': (n) => reservations.decide(`new-${n}`, items),
      'reservations.decide, again': async (n) => (await reservations.decide(ended(n), items)) === undefined,
      'reservations.find': (n) => reservations.find(ended(n)),
      'reservations.find, an unknown order': async (n) => (await reservations.find(`no-${n}`)) === undefined,
      'reservations.list, the first page': () => reservations.list({ limit: 100 }),
      'reservations.list, a later page': (n) => reservations.list({ after: ended(n), limit: 100 }),
      'reservations.confirm': (n) => reservations.confirm(held(n * 2), items),
      'reservations.confirm, again': async (n) => (await reservations.confirm(ended(n), items)) === undefined,
      'reservations.release': (n) => reservations.release(held(n * 2 + 1)),
      'reservations.release, before it is decided': (n) => reservations.release(`early-${n}`),
      'reservations.release, what is sold': (n) => reservations.release(ended(n)),
      'reservations.expire': () => reservations.expire({ limit: 20 }),
      'reservations.expire, of one order': (n) =>
        reservations.expire({ orderId: `overdue-${heldIn(rows) - n}`, limit: 1 }),
      'reservations.forget': () => reservations.forget({ keepMs: 100 * 86_400_000, limit: 20 }),
    };
  },
});
