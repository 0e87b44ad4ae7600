/** The database of this service with millions of rows, for tests and benches of its size. */

import { scaleSubject } from '@ballast/service-kit/testing';
import { migrations } from '../src/db/migrations/index.ts';
import { purchasesIn } from '../src/db/purchases.ts';
import { countDefaults } from '../src/use-cases/count-purchases.ts';
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
    const batch = { ...countDefaults, maxPurchases: 10 };
    const first = async () => (await purchases.due({ maxPurchases: 1, maxPairs: 1 }))[0]?.orderId ?? '';
    return {
      'purchases.record': (n) =>
        done(purchases.record({ orderId: `new-${n}`, customerId: customer(n), skus: ['SKU-1', 'SKU-2'] })),
      'purchases.record, again': (n) =>
        done(purchases.record({ orderId: `new-${n}`, customerId: customer(n), skus: ['SKU-1', 'SKU-2'] })),
      'purchases.due': () => purchases.due(batch),
      'purchases.fold': async () =>
        purchases.fold((await purchases.due(batch)).map(({ orderId }) => orderId)),
      'purchases.postpone': async () =>
        done(purchases.postpone(await first(), { attempts: 1, error: 'x', delayMs: 1 })),
      'purchases.park': async () => done(purchases.park(await first(), { attempts: 5, error: 'poison' })),
      'purchases.backlog': () => purchases.backlog(),
      'purchases.forget': () => purchases.forget({ keepMs: 100 * 86_400_000, limit: 50 }),
      'purchases.advise': async (n) => (await purchases.advise(customer(n), 4)).skus,
      'purchases.advise, an unknown customer': async (n) => (await purchases.advise(`nobody-${n}`, 4)).skus,
    };
  },
});
