import { randomUUID } from 'node:crypto';
import { openDatabase, sql } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { memoryOrders } from '../simulation/memory-orders.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { ordersIn } from '../src/db/orders.ts';
import { outboxIn } from '../src/db/outbox.ts';
import type { OrderDraft, OrderStore, StoredAnswer } from '../src/use-cases/order.ts';
import type { ClaimedRow, Outbox } from '../src/use-cases/outbox.ts';

const storeOptions = {
  lockMs: 60_000,
  keepKeysMs: 3_600_000,
  keepDeliveredMs: 60_000,
  keepOrdersMs: 7_200_000,
};
const storedAnswer: StoredAnswer = {
  state: { status: 'confirmed' },
  recommendations: { source: 'live', items: [] },
};
const leaseOptions = { limit: 10, leaseMs: 60_000 };

/** Each store with a way to let time pass on its own clock. */
const kinds = {
  async memory() {
    let nowMs = 0;
    const { store, outbox } = memoryOrders({ ...storeOptions, clock: { now: () => nowMs } });
    const passTime = async (ms: number) => {
      nowMs += ms;
    };
    return { store, outbox, passTime, close: async () => {} };
  },
  async postgres() {
    const url = await createTestDatabase(inject('databaseServerUrl'));
    const db = await openDatabase({ name: 'contract', url, migrations });
    const passTime = async (ms: number) => {
      const passed = sql`interval '1 millisecond' * ${ms}::bigint`;
      await db.query(sql`
        update outbox set due_at = due_at - ${passed}, done_at = done_at - ${passed}, parked_at = parked_at - ${passed}`);
      await db.query(sql`
        update idempotency_keys set locked_until = locked_until - ${passed}, expires_at = expires_at - ${passed}`);
      await db.query(sql`
        update orders set created_at = created_at - ${passed}, settled_at = settled_at - ${passed}`);
    };
    return { store: ordersIn(db, storeOptions), outbox: outboxIn(db), passTime, close: db.close };
  },
};

describe.each(Object.entries(kinds))('orders in %s', (_kind, open) => {
  let store: OrderStore;
  let outbox: Outbox;
  let passTime: (ms: number) => Promise<void>;
  const passMinute = () => passTime(60_000);
  let close: () => Promise<void>;
  let draft: OrderDraft;
  let key: { key: string; fingerprint: string };
  beforeEach(async () => {
    ({ store, outbox, passTime, close } = await open());
    const items = [{ sku: 'MUG-ENAMEL', quantity: 2, unitPriceCents: 990 }];
    draft = {
      id: randomUUID(),
      customerId: 'ida',
      items,
      totalCents: 1980,
      createdAt: new Date(1_700_000_000_000),
    };
    key = { key: randomUUID(), fingerprint: 'print' };
    expect(await store.place(draft, key)).toEqual({ kind: 'placed' });
  });

  afterEach(() => close());

  it('know a key once it is used, and store nothing for it again', async () => {
    const other = { ...draft, id: randomUUID() };
    const known = await store.place(other, { ...key, fingerprint: 'other' });
    expect(known).toMatchObject({
      kind: 'known',
      fingerprint: 'print',
      answer: null,
      order: { ...draft, status: 'pending' },
    });
    expect(known.kind === 'known' && known.lockedForMs).toBeGreaterThan(50_000);
    expect(await store.find(other.id)).toBeUndefined();
  });

  it('find what a known key was used for, and nothing for another', async () => {
    const known = await store.findKey(key.key);
    expect(known).toMatchObject({ kind: 'known', fingerprint: 'print', answer: null, order: draft });
    expect(await store.findKey('another')).toBeUndefined();
  });

  const hourMs = 3_600_000;

  it('keep the key of an order that is owed, however long that takes, and its time after that', async () => {
    await passTime(100 * hourMs);
    expect(await store.sweep(10)).toBe(0);
    expect(await store.place({ ...draft, id: randomUUID() }, key)).toMatchObject({ order: { id: draft.id } });
    await store.settle(draft.id, { status: 'confirmed' });
    await passTime(storeOptions.keepKeysMs / 2);
    await store.sweep(10);
    expect(await store.findKey(key.key)).toMatchObject({ order: { id: draft.id } });
    await passTime(2 * storeOptions.keepKeysMs);
    await store.sweep(10);
    expect(await store.findKey(key.key)).toBeUndefined();
  });

  it('forget the keys of settled orders although many older ones are owed', async () => {
    for (let i = 0; i < 5; i++)
      await store.place({ ...draft, id: randomUUID() }, { key: randomUUID(), fingerprint: '' });
    await passTime(hourMs);
    const other = { key: randomUUID(), fingerprint: '' };
    const otherDraft = { ...draft, id: randomUUID() };
    await store.place(otherDraft, other);
    await store.settle(otherDraft.id, { status: 'confirmed' });
    await passTime(2 * hourMs);
    for (let round = 0; round < 7; round++) await store.sweep(1);
    expect(await store.findKey(other.key)).toBeUndefined();
    expect(await store.findKey(key.key)).toBeDefined();
  });

  it('remove what was settled long ago, and nothing that is owed', async () => {
    const other = { ...draft, id: randomUUID() };
    await store.place(other, { key: randomUUID(), fingerprint: '' });
    await store.settle(draft.id, { status: 'confirmed' });
    await passTime(100 * hourMs);
    await store.sweep(10);
    expect(await store.removeSettled(10)).toBe(0);
    const [announcement] = await outbox.claim('order-confirmed', leaseOptions);
    await outbox.done([announcement as ClaimedRow]);
    expect(await store.removeSettled(10)).toBe(1);
    expect(await store.find(draft.id)).toBeUndefined();
    expect(await store.find(other.id)).toMatchObject({ status: 'pending' });
    await store.settle(other.id, { status: 'rejected', reason: 'unknown-sku' });
    await passTime(hourMs);
    expect(await store.removeSettled(10)).toBe(0);
    await passTime(2 * hourMs);
    // Its key is still known.
    expect(await store.removeSettled(10)).toBe(0);
    await store.sweep(10);
    expect(await store.removeSettled(10)).toBe(1);
  });

  it('remove a bounded number of orders at once', async () => {
    for (let i = 0; i < 4; i++) {
      const other = { ...draft, id: randomUUID() };
      await store.place(other, { key: randomUUID(), fingerprint: '' });
      await store.settle(other.id, { status: 'rejected', reason: 'unknown-sku' });
    }
    await passTime(100 * hourMs);
    await store.sweep(10);
    expect([await store.removeSettled(3), await store.removeSettled(3)]).toEqual([3, 1]);
  });

  it('set a state once, and keep the first answer', async () => {
    expect(
      await store.settle(draft.id, { status: 'confirmed' }, { key: key.key, answer: storedAnswer }),
    ).toBe(true);
    const rejected = { status: 'rejected', reason: 'insufficient-stock' } as const;
    expect(
      await store.settle(draft.id, rejected, { key: key.key, answer: { ...storedAnswer, state: rejected } }),
    ).toBe(false);
    expect(await store.find(draft.id)).toMatchObject({ status: 'confirmed' });
    expect(await store.place(draft, key)).toMatchObject({
      answer: storedAnswer,
      order: { status: 'confirmed' },
    });
  });

  it('leave the announcement of what is confirmed in the outbox, and nothing for what is rejected', async () => {
    await store.settle(draft.id, { status: 'confirmed' });
    expect(await outbox.claim('order-confirmed', leaseOptions)).toMatchObject([
      { attempts: 1, order: { id: draft.id, status: 'confirmed' } },
    ]);
    const other = { ...draft, id: randomUUID() };
    await store.place(other, { key: randomUUID(), fingerprint: '' });
    await store.settle(other.id, { status: 'rejected', reason: 'unknown-sku' });
    expect(await store.find(other.id)).toMatchObject({ status: 'rejected', reason: 'unknown-sku' });
    expect(await outbox.claim('order-confirmed', leaseOptions)).toEqual([]);
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
  });

  it('leave a settlement in the outbox, due when the lock is over, or at once when postponed', async () => {
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    await store.postpone(draft.id, {
      key: key.key,
      answer: { ...storedAnswer, state: { status: 'pending' } },
    });
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([
      { attempts: 1, order: { id: draft.id } },
    ]);
    expect(await store.place(draft, key)).toMatchObject({ answer: { state: { status: 'pending' } } });
  });

  it('lease a row to one relay, until the lease is over', async () => {
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toHaveLength(1);
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    await passMinute();
    const [again] = await outbox.claim('settle-order', leaseOptions);
    expect(again?.attempts).toBe(2);
    await outbox.release([again as ClaimedRow]);
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([{ attempts: 2 }]);
  });

  const setbacks: [string, (row: ClaimedRow) => Promise<unknown>][] = [
    ['done', (row) => outbox.done([row])],
    ['release', (row) => outbox.release([row])],
    ['postpone', (row) => outbox.postpone(row, { attempts: 1, error: 'late', delayMs: 0 })],
    ['park', (row) => outbox.park(row, { attempts: 8, error: 'late' })],
  ];
  const claimOne = async () => (await outbox.claim('settle-order', leaseOptions))[0] as ClaimedRow;

  it.each(setbacks)('let a relay whose lease is over not %s what another one holds', async (_act, act) => {
    await passMinute();
    const late = await claimOne();
    await passMinute();
    const holder = await claimOne();
    await act(late);
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    expect(await outbox.parked(10)).toEqual([]);
    await passMinute();
    const again = await claimOne();
    expect(again).toMatchObject({ id: holder.id, attempts: 3 });
    await outbox.done([again]);
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
  });

  it.each(setbacks)(
    'let a relay whose lease is over not %s what another one has parked',
    async (_act, act) => {
      await passMinute();
      const late = await claimOne();
      await passMinute();
      expect(await outbox.park(await claimOne(), { attempts: 8, error: 'poison' })).toBe(true);
      await act(late);
      expect(await outbox.parked(10)).toMatchObject([{ id: late.id, attempts: 8, lastError: 'poison' }]);
      expect(await outbox.requeue(late.id)).toBe(true);
      await act(late);
      expect(await claimOne()).toMatchObject({ id: late.id, attempts: 1 });
    },
  );

  it.each(setbacks)('let a relay that gave a row back not %s it later', async (_act, act) => {
    await passMinute();
    const row = await claimOne();
    await outbox.release([row]);
    await act(row);
    expect(await claimOne()).toMatchObject({ attempts: 1 });
  });

  it('let nobody change a row that is done, nor park it', async () => {
    await passMinute();
    const row = await claimOne();
    await store.settle(draft.id, { status: 'rejected', reason: 'unknown-sku' });
    expect(await outbox.park(row, { attempts: 8, error: 'late' })).toBe(false);
    await outbox.release([row]);
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    expect(await outbox.parked(10)).toEqual([]);
  });

  it('park a row until it is requeued', async () => {
    await passMinute();
    const [row] = await outbox.claim('settle-order', leaseOptions);
    const id = row?.id ?? '';
    expect(await outbox.requeue(id)).toBe(false);
    await outbox.park(row as ClaimedRow, { attempts: 8, error: 'poison' });
    expect(await outbox.parked(10)).toMatchObject([
      { id, orderId: draft.id, kind: 'settle-order', attempts: 8, lastError: 'poison' },
    ]);
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    expect(await outbox.requeue(id)).toBe(true);
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([{ id, attempts: 1 }]);
  });

  it('requeue many parked rows, of one kind or of all, the longest parked first', async () => {
    await store.settle(draft.id, { status: 'confirmed' });
    const other = { ...draft, id: randomUUID() };
    await store.place(other, { key: randomUUID(), fingerprint: '' });
    await passMinute();
    for (const kind of ['order-confirmed', 'settle-order'] as const) {
      const [row] = await outbox.claim(kind, leaseOptions);
      await outbox.park(row as ClaimedRow, { attempts: 8, error: 'poison' });
    }
    expect(await outbox.requeueMany({ kind: 'settle-order', limit: 10 })).toBe(1);
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([
      { attempts: 1, order: { id: other.id } },
    ]);
    expect(await outbox.requeueMany({ limit: 10 })).toBe(1);
    expect(await outbox.requeueMany({ limit: 10 })).toBe(0);
  });

  it('tell what waits for a person, and for how long the oldest that is due has waited', async () => {
    expect(await outbox.backlog()).toEqual({ parked: 0, oldestDueAgeMs: 0 });
    await passMinute();
    await passMinute();
    const { parked, oldestDueAgeMs } = await outbox.backlog();
    expect(parked).toBe(0);
    expect(oldestDueAgeMs).toBeGreaterThanOrEqual(60_000);
    expect(oldestDueAgeMs).toBeLessThan(90_000);
    const [row] = await outbox.claim('settle-order', leaseOptions);
    expect(await outbox.backlog()).toEqual({ parked: 0, oldestDueAgeMs: 0 });
    await outbox.park(row as ClaimedRow, { attempts: 8, error: 'poison' });
    expect(await outbox.backlog()).toEqual({ parked: 1, oldestDueAgeMs: 0 });
    await store.settle(draft.id, { status: 'rejected', reason: 'unknown-sku' });
    expect(await outbox.backlog()).toEqual({ parked: 0, oldestDueAgeMs: 0 });
  });

  it('come back later when postponed', async () => {
    await passMinute();
    const [row] = await outbox.claim('settle-order', leaseOptions);
    await outbox.postpone(row as ClaimedRow, { attempts: 5, error: 'busy', delayMs: 30_000 });
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([{ attempts: 6 }]);
  });
});
