import { openDatabase } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryPurchases } from '../simulation/memory-purchases.ts';
import { purchases as purchasesTable } from '../src/db/migrations/0001-purchases.ts';
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
    const migrations = { '0001-purchases': purchasesTable };
    const db = await openDatabase({ name: 'contract', url, migrations });
    return { store: purchasesIn(db), close: db.close };
  },
};

describe.each(Object.entries(kinds))('purchases in %s', (_kind, open) => {
  let store: PurchaseStore;
  let close: () => Promise<void>;
  beforeAll(async () => ({ store, close } = await open()));
  afterAll(() => close());

  it('say nothing while nothing was bought', async () => {
    expect(await store.advise('ida', 4)).toEqual({ basis: 'popular', skus: [] });
  });

  it('are recorded once, whatever comes again under their order', async () => {
    await store.record({ orderId: '1', customerId: 'ida', skus: ['MUG', 'LAMP'] });
    await store.record({ orderId: '1', customerId: 'ida', skus: ['DESK'] });
    expect(await store.count(10)).toBe(1);
    expect(await store.advise('somebody', 4)).toEqual({ basis: 'popular', skus: ['LAMP', 'MUG'] });
  });

  it('are counted once, and no more at a time than was asked', async () => {
    for (const orderId of ['2', '3', '4'])
      await store.record({ orderId, customerId: 'olaf', skus: ['ROPE', 'MUG'] });
    expect(await store.count(2)).toBe(2);
    expect(await store.count(2)).toBe(1);
    expect(await store.count(2)).toBe(0);
  });

  it('give what was bought together first, then what is popular, and nothing that is owned', async () => {
    await store.record({ orderId: '5', customerId: 'ada', skus: ['LAMP'] });
    expect(await store.advise('ada', 4)).toEqual({ basis: 'bought-together', skus: ['MUG', 'ROPE'] });
    expect(await store.advise('ida', 1)).toEqual({ basis: 'bought-together', skus: ['ROPE'] });
  });
});
