import { BreakerOpenError } from '@ballast/resilience';
import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryOrders, memoryOrders } from '../simulation/memory-orders.ts';
import type { Order } from '../src/use-cases/order.ts';
import { createRelay, relayDefaults } from '../src/use-cases/relay.ts';

let nowMs: number;
const clock = { now: () => nowMs };
let shop: MemoryOrders;
let deliver: (order: Order) => Promise<unknown>;
let parked: string[];

beforeEach(() => {
  nowMs = 0;
  shop = memoryOrders({ clock, lockMs: 0, keepKeysMs: 1, keepDeliveredMs: 1 });
  deliver = async () => {};
  parked = [];
});

const relay = (random = () => 1) =>
  createRelay({
    kind: 'settle-order',
    outbox: shop.outbox,
    deliver: (order) => deliver(order),
    clock,
    random,
    onParked: ({ order }) => parked.push(order.id),
  });
async function enqueue(...ids: string[]) {
  for (const id of ids) {
    const draft = { id, customerId: 'ida', items: [], totalCents: 0, createdAt: new Date(0) };
    await shop.store.place(draft, { key: id, fingerprint: '' });
  }
}
const many = (n: number) => Array.from({ length: n }, (_, i) => `order-${i}`);
const rejection = () => Object.assign(new Error('400'), { isFailure: false });
const rowOf = (id: string) => shop.rows.find(({ orderId }) => orderId === id);

describe('a relay', () => {
  it('begins with one row and doubles while all goes well', async () => {
    await enqueue(...many(90));
    const { deliverDue } = relay();
    const sizes: number[] = [];
    for (let before = 0; await deliverDue(); before = sizes.reduce((sum, size) => sum + size, 0)) {
      sizes.push(shop.rows.filter(({ doneAtMs }) => doneAtMs !== null).length - before);
    }
    expect(sizes).toEqual([1, 2, 4, 8, 16, relayDefaults.maxBatch]);
  });

  it('stops at the first sign of trouble, gives the rest back and starts over with one', async () => {
    await enqueue(...many(70));
    const { deliverDue } = relay();
    for (let round = 0; round < 5; round++) await deliverDue();
    let asked = 0;
    deliver = async () => {
      asked++;
      throw new Error('connection reset');
    };
    expect(await deliverDue()).toBe(false);
    expect(asked).toBeLessThanOrEqual(relayDefaults.maxConcurrent);
    nowMs += relayDefaults.maxRetryDelayMs;
    asked = 0;
    await deliverDue();
    expect(asked).toBe(1);
  });

  it('takes no row that it might still be at work on when its lease is over, and gives the rest back untried', async () => {
    await enqueue(...many(90));
    const { deliverDue } = relay();
    for (let round = 0; round < 5; round++) await deliverDue();
    const slowMs = 780;
    let asked = 0;
    deliver = async () => {
      if (asked++ % relayDefaults.maxConcurrent === 0) nowMs += slowMs;
    };
    expect(await deliverDue()).toBe(true);
    expect(asked).toBeLessThan(relayDefaults.maxBatch);
    expect(asked * slowMs).toBeLessThanOrEqual(
      (relayDefaults.leaseMs / 2 + slowMs) * relayDefaults.maxConcurrent,
    );
    const open = shop.rows.filter(({ doneAtMs }) => doneAtMs === null);
    expect(open).toHaveLength(90 - 31 - asked);
    expect(open.every(({ attempts, dueAtMs }) => attempts === 0 && dueAtMs <= nowMs)).toBe(true);
  });

  it('that slept past its lease changes nothing of a row that another relay holds by then', async () => {
    await enqueue('contested');
    const { promise: isAwake, resolve: wake } = Promise.withResolvers<void>();
    deliver = async () => {
      await isAwake;
      throw rejection();
    };
    const slow = relay().deliverDue();
    await Promise.resolve();
    nowMs += relayDefaults.leaseMs;
    const [held] = await shop.outbox.claim('settle-order', { limit: 1, leaseMs: relayDefaults.leaseMs });
    wake();
    await slow;
    expect(rowOf('contested')).toMatchObject({
      claim: held?.claim,
      attempts: 2,
      lastError: null,
      dueAtMs: nowMs + relayDefaults.leaseMs,
    });
  });

  it('reports a row as parked only when it was still the one that held it', async () => {
    await enqueue('contested');
    const { deliverDue } = relay();
    deliver = async () => {
      nowMs += relayDefaults.leaseMs;
      const [held] = await shop.outbox.claim('settle-order', { limit: 1, leaseMs: relayDefaults.leaseMs });
      if (held) await shop.outbox.postpone(held, { attempts: 0, error: 'elsewhere', delayMs: 0 });
      throw rejection();
    };
    Object.assign(rowOf('contested') ?? {}, { attempts: relayDefaults.maxAttempts });
    await deliverDue();
    expect(parked).toEqual([]);
    expect(rowOf('contested')).toMatchObject({ parkedAtMs: null, lastError: 'elsewhere' });
  });

  it('waits longer after each failure of the same row, at random up to a ceiling', async () => {
    await enqueue('stubborn');
    deliver = async () => {
      throw rejection();
    };
    const delays: number[] = [];
    for (let attempt = 1; attempt < relayDefaults.maxAttempts; attempt++) {
      await relay(() => 0.5).deliverDue();
      delays.push((rowOf('stubborn')?.dueAtMs ?? 0) - nowMs);
      nowMs = rowOf('stubborn')?.dueAtMs ?? 0;
    }
    expect(delays).toEqual([200, 400, 800, 1000, 1000, 1000, 1000]);
  });

  it('parks a row that the receiver keeps rejecting, and goes on with the others', async () => {
    await enqueue('poison', ...many(20));
    const delivered: string[] = [];
    deliver = async ({ id }) => {
      if (id === 'poison') throw rejection();
      delivered.push(id);
    };
    const { deliverDue } = relay();
    for (let round = 0; round < 40; round++, nowMs += relayDefaults.maxRetryDelayMs) await deliverDue();
    expect(delivered).toHaveLength(20);
    expect(parked).toEqual(['poison']);
    expect(rowOf('poison')).toMatchObject({ attempts: relayDefaults.maxAttempts, lastError: '400' });
  });

  it('parks a row that fails again and again while others get through', async () => {
    await enqueue('poison');
    deliver = async ({ id }) => {
      if (id === 'poison') throw new Error('500');
    };
    const { deliverDue } = relay();
    for (let round = 0; round < 200; round++, nowMs += 1000) {
      await enqueue(`other-${round}`);
      while (await deliverDue());
    }
    expect(parked).toEqual(['poison']);
  });

  // Found by the simulation: eight timeouts in a row are nothing special when three of four attempts time out.
  it('does not park a row that a flaky network fails again and again, though others get through', async () => {
    let attempts = 0;
    deliver = async ({ id }) => {
      if (id === 'unlucky' && ++attempts <= 20) throw new Error('timeout');
    };
    await enqueue('unlucky');
    const { deliverDue } = relay();
    for (let round = 0; round < 60; round++, nowMs += 1000) {
      await enqueue(`other-${round}`);
      while (await deliverDue());
    }
    expect(parked).toEqual([]);
    expect(rowOf('unlucky')?.doneAtMs).not.toBeNull();
  });

  it('never parks a row for an outage, however long it lasts', async () => {
    await enqueue('patient');
    const rejected = {
      code: 'E_BREAKER_OPEN',
      policy: 'breaker',
      limit: 1,
      option: 'x',
      retryAfterMs: 1,
    } as never;
    const { deliverDue } = relay();
    for (let round = 0; round < 5000; round++, nowMs += 1000) {
      deliver = async () => {
        throw round % 2 ? new BreakerOpenError('inventory', rejected) : new Error('ECONNREFUSED');
      };
      await deliverDue();
    }
    expect(parked).toEqual([]);
    deliver = async () => {};
    await deliverDue();
    expect(rowOf('patient')?.doneAtMs).not.toBeNull();
  });
});
