/** The database of this service with millions of rows, for tests and benches of its size. */

import { scaleSubject } from '@ballast/service-kit/testing';
import { migrations } from '../src/db/migrations/index.ts';
import { purchasesIn } from '../src/db/purchases.ts';
import { customersIn, fill } from './fill.ts';

export const recommendationAtScale = scaleSubject({
  name: 'recommendation',
  migrations,
  fill,
  stores: (db) => ({ purchases: purchasesIn(db) }),
  operations: ({ purchases }, rows) => {
    // Spread over the whole table, since its last pages are the ones in memory.
    const customer = (n: number) => `customer-${(n * 7919) % customersIn(rows)}`;
    const done = async (work: Promise<void>) => (await work) === undefined;
    return {
      'purchases.record': (n) =>
        done(purchases.record({ orderId: `new-${n}`, customerId: customer(n), skus: ['SKU-1', 'SKU-2'] })),
      'purchases.record, again': (n) =>
        done(purchases.record({ orderId: `new-${n}`, customerId: customer(n), skus: ['SKU-1', 'SKU-2'] })),
      'purchases.count': () => purchases.count(200),
      'purchases.advise': async (n) => (await purchases.advise(customer(n), 4)).skus,
      'purchases.advise, an unknown customer': async (n) => (await purchases.advise(`nobody-${n}`, 4)).skus,
    };
  },
});
