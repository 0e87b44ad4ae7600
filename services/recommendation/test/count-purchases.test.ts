import { BreakerOpenError } from '@ballast/resilience';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DuePurchase } from '../src/use-cases/advice.ts';
import { countDefaults, createPurchaseCounter } from '../src/use-cases/count-purchases.ts';

let nowMs: number;
let due: DuePurchase[];
let counted: string[];
let parked: string[];
let batches: number[];
let trouble: (orderIds: string[]) => Error | undefined;

beforeEach(() => {
  nowMs = 0;
  due = Array.from({ length: 100 }, (_, n) => ({ orderId: `order-${n}`, attempts: 0 }));
  counted = [];
  parked = [];
  batches = [];
  trouble = () => undefined;
});

/** A store in memory: what is postponed goes to the end, since its turn comes later. */
const store = {
  due: async ({ maxPurchases }: { maxPurchases: number }) => due.slice(0, maxPurchases),
  async fold(orderIds: string[]) {
    batches.push(orderIds.length);
    const error = trouble(orderIds);
    if (error) throw error;
    due = due.filter(({ orderId }) => !orderIds.includes(orderId));
    counted.push(...orderIds);
    return orderIds.length;
  },
  async postpone(orderId: string, { attempts }: { attempts: number }) {
    due = [...due.filter((purchase) => purchase.orderId !== orderId), { orderId, attempts }];
  },
  async park(orderId: string) {
    due = due.filter((purchase) => purchase.orderId !== orderId);
    parked.push(orderId);
  },
};

const away = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
const isAway = (error: unknown) => error === away;
const counter = () => createPurchaseCounter({ store, isAway, clock: { now: () => nowMs }, random: () => 1 });
async function run(countDue: () => Promise<boolean>, rounds: number) {
  for (let round = 0; round < rounds; round++) {
    await countDue().catch(() => {});
    nowMs += 1000;
  }
}

const rejected = {
  code: 'E_BREAKER_OPEN',
  policy: 'breaker',
  limit: 1,
  option: 'x',
  retryAfterMs: 1,
} as never;

describe('a counter of purchases', () => {
  it('halves a batch that fails, and doubles it again while all goes well', async () => {
    trouble = (orderIds) => (orderIds.length > 12 ? away : undefined);
    await run(counter().countDue, 5);
    expect(batches).toEqual([100, 50, 25, 12, 24]);
  });

  it('makes a batch of about the time that one may take', async () => {
    due = Array.from({ length: 1000 }, (_, n) => ({ orderId: `order-${n}`, attempts: 0 }));
    const fold = (orderIds: string[]) => {
      nowMs += 10 * orderIds.length;
      return store.fold(orderIds);
    };
    const slow = { ...store, fold };
    const { countDue } = createPurchaseCounter({
      store: slow,
      isAway,
      clock: { now: () => nowMs },
      random: () => 1,
    });
    await run(countDue, 7);
    expect(batches).toEqual([200, 100, 50, 25, 12, 24, 12]);
  });

  it('parks a purchase that fails alone while others get through', async () => {
    trouble = (orderIds) => (orderIds.includes('order-40') ? away : undefined);
    await run(counter().countDue, 40);
    expect(parked).toEqual(['order-40']);
    expect(counted).toHaveLength(99);
  });

  it('parks none when nothing gets through, however long that takes', async () => {
    trouble = () => away;
    const { countDue } = counter();
    await run(countDue, 2000);
    expect(parked).toEqual([]);
    trouble = () => undefined;
    await run(countDue, 20);
    expect(counted).toHaveLength(100);
  });

  it('parks a purchase whose data can not be counted, also when it is the only one', async () => {
    due = due.slice(0, 1);
    trouble = () => Object.assign(new Error('integer out of range'), { code: '22003' });
    await run(counter().countDue, countDefaults.maxAttempts);
    expect(parked).toEqual(['order-0']);
  });

  it('changes nothing when the database was not asked', async () => {
    trouble = () => new BreakerOpenError('postgres', rejected);
    await run(counter().countDue, 10);
    expect(batches).toEqual(Array(10).fill(100));
  });

  it('pauses when another replica counts what is due', async () => {
    const elsewhere = createPurchaseCounter({
      store: { ...store, fold: async () => 0 },
      isAway,
      clock: { now: () => 0 },
      random: () => 1,
    });
    expect(await elsewhere.countDue()).toBe(false);
  });
});
