import { openDatabase } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryPurchases } from '../simulation/memory-purchases.ts';
import { migrations as allMigrations } from '../src/db/migrations/index.ts';
import { purchasesIn } from '../src/db/purchases.ts';
import type { PurchaseStore } from '../src/use-cases/advice.ts';

const kinds = {
  async memory() {
    let nowMs = 0;
    const clock = { now: () => ++nowMs };
    return { store: memoryPurchases({ clock }).store, close: async () => {} };
  },
  /** Without the history, so that nothing but these purchases is counted. */
  async postgres() {
    const url = await createTestDatabase(inject('databaseServerUrl'));
    const { '0002-purchase-history': _history, ...migrations } = allMigrations;
    const db = await openDatabase({ name: 'contract', url, migrations });
    return { store: purchasesIn(db), close: db.close };
  },
};

describe.each(Object.entries(kinds))('purchases in %s', (_kind, open) => {
  let store: PurchaseStore;
  let close: () => Promise<void>;
  beforeAll(async () => ({ store, close } = await open()));
  afterAll(() => close());

  async function countAll(maxPurchases: number): Promise<number> {
    const due = await store.due({ maxPurchases, maxPairs: 1000 });
    return store.fold(due.map(({ orderId }) => orderId));
  }

  it('say nothing while nothing was bought', async () => {
    expect(await store.advise('ida', 4)).toEqual({ basis: 'popular', skus: [] });
  });

  it('are recorded once, whatever comes again under their order', async () => {
    await store.record({ orderId: '1', customerId: 'ida', skus: ['MUG', 'LAMP'] });
    await store.record({ orderId: '1', customerId: 'ida', skus: ['DESK'] });
    expect(await countAll(10)).toBe(1);
    expect(await store.advise('somebody', 4)).toEqual({ basis: 'popular', skus: ['LAMP', 'MUG'] });
  });

  it('are counted once, and no more at a time than was asked', async () => {
    for (const orderId of ['2', '3', '4'])
      await store.record({ orderId, customerId: 'olaf', skus: ['ROPE', 'MUG'] });
    expect(await countAll(2)).toBe(2);
    expect(await countAll(2)).toBe(1);
    expect(await countAll(2)).toBe(0);
  });

  it('give what was bought together first, then what is popular, and nothing that is owned', async () => {
    await store.record({ orderId: '5', customerId: 'ada', skus: ['LAMP'] });
    expect(await store.advise('ada', 4)).toEqual({ basis: 'bought-together', skus: ['MUG', 'ROPE'] });
    expect(await store.advise('ida', 1)).toEqual({ basis: 'bought-together', skus: ['ROPE'] });
  });

  it('are bounded by their pairs of products, but one is always due', async () => {
    await countAll(10);
    await store.record({ orderId: 'big-1', customerId: 'olaf', skus: ['A', 'B', 'C'] });
    await store.record({ orderId: 'big-2', customerId: 'olaf', skus: ['A', 'B', 'C'] });
    expect(await store.due({ maxPurchases: 10, maxPairs: 1 })).toHaveLength(1);
    expect(await store.due({ maxPurchases: 10, maxPairs: 100 })).toHaveLength(2);
    expect(await store.fold(['big-1', 'big-2', 'nobody'])).toBe(2);
    expect(await store.fold(['big-1', 'big-2'])).toBe(0);
  });

  it('are not due while they are postponed, nor once they are parked', async () => {
    await store.record({ orderId: 'odd', customerId: 'olaf', skus: ['ODD'] });
    await store.postpone('odd', { attempts: 1, error: 'no', delayMs: 3_600_000 });
    expect(await store.due({ maxPurchases: 10, maxPairs: 100 })).toEqual([]);
    await store.park('odd', { attempts: 2, error: 'no' });
    expect((await store.backlog()).parked).toBe(1);
    expect(await store.fold(['odd'])).toBe(0);
  });
});
