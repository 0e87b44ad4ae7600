import { openDatabase, sql } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryReservations } from '../simulation/memory-reservations.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { reservationsIn } from '../src/db/reservations.ts';
import type { ReservationStore } from '../src/use-cases/reservation.ts';

const holdMs = 60_000;
const mugs = [{ sku: 'MUG-ENAMEL', quantity: 2 }];
const tooMany = [{ sku: 'PRINT-LIGHTHOUSE', quantity: 51 }];

/** Each store with a way to let its own clock reach the end of an order's reservation. */
const kinds = {
  async memory() {
    let nowMs = 0;
    const supply = { 'MUG-ENAMEL': 1000, 'PRINT-LIGHTHOUSE': 50 };
    const store = memoryReservations({ supply, ttlMs: holdMs, clock: { now: () => nowMs } });
    return {
      store,
      async letExpire(_orderId: string) {
        nowMs += holdMs;
      },
      async close() {},
    };
  },
  async postgres() {
    const url = await createTestDatabase(inject('databaseServerUrl'));
    const db = await openDatabase({ name: 'contract', url, migrations });
    const letExpire = async (orderId: string) => {
      await db.query(sql`update reservations set expires_at = now() where order_id = ${orderId}`);
    };
    return { store: reservationsIn(db, { ttlMs: holdMs }), letExpire, close: db.close };
  },
};

describe.each(Object.entries(kinds))('reservations in %s', (_kind, open) => {
  let store: ReservationStore;
  let letExpire: (orderId: string) => Promise<void>;
  let close: () => Promise<void>;
  beforeAll(async () => ({ store, letExpire, close } = await open()));
  afterAll(() => close());

  const forgetAll = async () => {
    while ((await store.forget({ keepMs: 0, limit: 100 })) > 0);
  };

  it('decide once', async () => {
    expect(await store.decide('once', mugs)).toMatchObject({
      status: 'reserved',
      reason: null,
      isOverdue: false,
      items: mugs,
    });
    expect(await store.decide('once', mugs)).toBeUndefined();
  });

  it('reject for good', async () => {
    expect(await store.decide('greedy', tooMany)).toMatchObject({
      status: 'refused',
      reason: 'insufficient-stock',
    });
    expect(await store.decide('greedy', mugs)).toBeUndefined();
    expect(await store.decide('lost', [{ sku: 'NO-SUCH', quantity: 1 }])).toMatchObject({
      status: 'refused',
      reason: 'unknown-sku',
    });
  });

  it('confirm what is held, for the same items and once', async () => {
    await store.decide('sold', mugs);
    expect(await store.confirm('sold', tooMany)).toBeUndefined();
    expect(await store.confirm('sold', mugs)).toMatchObject({ status: 'confirmed' });
    expect(await store.confirm('sold', mugs)).toBeUndefined();
    expect(await store.release('sold')).toMatchObject({ status: 'confirmed' });
  });

  it('release what is held, and leave a tombstone where nothing was', async () => {
    await store.decide('given-back', mugs);
    expect(await store.release('given-back')).toMatchObject({ status: 'released' });
    expect(await store.release('never-held')).toMatchObject({ status: 'released', items: [] });
    expect(await store.decide('never-held', mugs)).toBeUndefined();
  });

  it('expire what is overdue, and then decide anew', async () => {
    await store.decide('late', mugs);
    expect(await store.expire({ orderId: 'late', limit: 1 })).toBe(0);
    await letExpire('late');
    expect(await store.find('late')).toMatchObject({ status: 'reserved', isOverdue: true });
    expect(await store.confirm('late', mugs)).toBeUndefined();
    expect(await store.expire({ orderId: 'late', limit: 1 })).toBe(1);
    expect(await store.find('late')).toMatchObject({ status: 'expired', isOverdue: false });
    expect(await store.decide('late', mugs)).toMatchObject({ status: 'reserved' });
  });

  it('list the latest decision of each order by its id, a page at a time', async () => {
    for (const orderId of ['list-c', 'list-a', 'list-b', 'other']) await store.decide(orderId, mugs);
    await letExpire('list-b');
    await store.expire({ orderId: 'list-b', limit: 1 });
    await store.release('list-b');

    const page = await store.list({ after: 'list-', limit: 2 });
    expect(page.map(({ orderId, status }) => [orderId, status])).toEqual([
      ['list-a', 'reserved'],
      ['list-b', 'released'],
    ]);
    expect(await store.list({ after: 'list-b', limit: 2 })).toMatchObject([
      { orderId: 'list-c', items: mugs },
      { orderId: expect.not.stringMatching(/^list-/) },
    ]);
    expect((await store.list({ limit: 1 }))[0]?.orderId).toBe((await store.list({ limit: 100 }))[0]?.orderId);
    expect(await store.list({ after: 'zzz', limit: 2 })).toEqual([]);
  });

  it('forget what ended long ago, and nothing that is held', async () => {
    await forgetAll();
    await store.decide('kept', mugs);
    await store.decide('ended', mugs);
    await store.confirm('ended', mugs);
    await store.decide('rejected', tooMany);
    await store.release('tombstone');
    expect(await store.forget({ keepMs: 60_000, limit: 10 })).toBe(0);
    expect(await store.forget({ keepMs: 0, limit: 2 })).toBe(2);
    expect(await store.forget({ keepMs: 0, limit: 2 })).toBe(1);
    expect(await store.find('kept')).toMatchObject({ status: 'reserved' });
    for (const orderId of ['ended', 'rejected', 'tombstone'])
      expect(await store.find(orderId)).toBeUndefined();
  });
});
