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
import type { Outbox } from '../src/use-cases/outbox.ts';

const storeOptions = { lockMs: 60_000, keepKeysMs: 3_600_000, keepDeliveredMs: 60_000 };
const storedAnswer: StoredAnswer = {
  state: { status: 'confirmed' },
  recommendations: { source: 'live', items: [] },
};
const leaseOptions = { limit: 10, leaseMs: 60_000 };

/** Each store with a way to let a minute pass on its own clock. */
const kinds = {
  async memory() {
    let nowMs = 0;
    const { store, outbox } = memoryOrders({ ...storeOptions, clock: { now: () => nowMs } });
    const passMinute = async () => {
      nowMs += 60_000;
    };
    return { store, outbox, passMinute, close: async () => {} };
  },
  async postgres() {
    const url = await createTestDatabase(inject('databaseServerUrl'));
    const db = await openDatabase({ name: 'contract', url, migrations });
    const passMinute = async () => {
      await db.query(sql`update outbox set due_at = due_at - interval '1 minute'`);
      await db.query(sql`update idempotency_keys set locked_until = locked_until - interval '1 minute'`);
    };
    return { store: ordersIn(db, storeOptions), outbox: outboxIn(db), passMinute, close: db.close };
  },
};

describe.each(Object.entries(kinds))('orders in %s', (_kind, open) => {
  let store: OrderStore;
  let outbox: Outbox;
  let passMinute: () => Promise<void>;
  let close: () => Promise<void>;
  let draft: OrderDraft;
  let key: { key: string; fingerprint: string };
  beforeEach(async () => {
    ({ store, outbox, passMinute, close } = await open());
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
    await outbox.release([again?.id ?? '']);
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([{ attempts: 2 }]);
  });

  it('park a row until it is requeued', async () => {
    await passMinute();
    const [row] = await outbox.claim('settle-order', leaseOptions);
    const id = row?.id ?? '';
    expect(await outbox.requeue(id)).toBe(false);
    await outbox.park(id, { attempts: 8, error: 'poison' });
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
      await outbox.park(row?.id ?? '', { attempts: 8, error: 'poison' });
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
    await outbox.park(row?.id ?? '', { attempts: 8, error: 'poison' });
    expect(await outbox.backlog()).toEqual({ parked: 1, oldestDueAgeMs: 0 });
    await store.settle(draft.id, { status: 'rejected', reason: 'unknown-sku' });
    expect(await outbox.backlog()).toEqual({ parked: 0, oldestDueAgeMs: 0 });
  });

  it('come back later when postponed', async () => {
    await passMinute();
    const [row] = await outbox.claim('settle-order', leaseOptions);
    await outbox.postpone(row?.id ?? '', { attempts: 5, error: 'busy', delayMs: 30_000 });
    expect(await outbox.claim('settle-order', leaseOptions)).toEqual([]);
    await passMinute();
    expect(await outbox.claim('settle-order', leaseOptions)).toMatchObject([{ attempts: 6 }]);
  });
});
