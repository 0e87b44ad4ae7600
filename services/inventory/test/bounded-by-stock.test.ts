import { ManualClock, settled } from '@ballast/resilience/testing';
import { expect, it } from 'vitest';
import { memoryReservations } from '../simulation/memory-reservations.ts';
import { boundedByStock, stockWaitDefaults } from '../src/use-cases/bounded-by-stock.ts';
import { type Line, StockBusyError } from '../src/use-cases/reservation.ts';

/** A store in memory whose decisions take until `finish`, or fail while a product is locked. */
function openStore() {
  const clock = new ManualClock();
  const memory = memoryReservations({ supply: { a: 100, b: 100 }, ttlMs: 60_000, clock });
  const locked = new Set<string>();
  const atWork: { items: readonly Line[]; finish: () => void }[] = [];
  let isSlow = false;
  let attempts = 0;
  const store = boundedByStock(
    {
      ...memory,
      async decide(orderId, items) {
        attempts++;
        const busy = items.map(({ sku }) => sku).filter((sku) => locked.has(sku));
        if (busy.length > 0) throw new StockBusyError(busy);
        if (isSlow) await new Promise<void>((finish) => atWork.push({ items, finish }));
        return memory.decide(orderId, items);
      },
    },
    { clock, random: () => 0.5, maxConcurrent: 2 },
  );
  let orders = 0;
  const decide = (...skus: string[]) => {
    const order = store.decide(
      `order-${++orders}`,
      skus.map((sku) => ({ sku, quantity: 1 })),
    );
    order.catch(() => {});
    return order;
  };
  return {
    clock,
    locked,
    atWork,
    decide,
    attempts: () => attempts,
    beSlow() {
      isSlow = true;
    },
  };
}

it('lets only a few operations on the same product into the database, and others past them', async () => {
  const { atWork, decide, beSlow } = openStore();
  beSlow();
  const orders = [decide('a'), decide('a'), decide('a'), decide('a', 'b'), decide('b')];
  await settled();
  expect(atWork.map(({ items }) => items.map(({ sku }) => sku).join())).toEqual(['a', 'a', 'b']);
  for (let i = 0; i < 5; i++) {
    atWork[i]?.finish();
    await settled();
  }
  expect((await Promise.all(orders)).map((order) => order?.status)).toEqual(Array(5).fill('reserved'));
});

it('gives up on room that does not come free in time, naming the product', async () => {
  const { clock, atWork, decide, beSlow } = openStore();
  beSlow();
  void decide('a');
  void decide('a');
  const late = decide('a', 'b');
  await clock.advance(stockWaitDefaults.maxWaitMs);
  await expect(late).rejects.toMatchObject({ skus: ['a'], verdict: 'busy', retryAfterMs: 1000 });
  expect(atWork).toHaveLength(2);
  expect(clock.pendingTimers).toBe(0);
});

it('tries again when stock was busy, until it is free', async () => {
  const { clock, locked, decide, attempts } = openStore();
  locked.add('a');
  const order = decide('a');
  await clock.advance(20);
  expect(attempts()).toBeGreaterThan(2);
  locked.clear();
  await clock.advance(20);
  expect(await order).toMatchObject({ status: 'reserved' });
});

it('tries a product that stays busy once per operation, until somebody gets it', async () => {
  const { clock, locked, decide, attempts } = openStore();
  locked.add('a');
  const first = decide('a', 'b');
  await clock.advance(stockWaitDefaults.maxWaitMs);
  await expect(first).rejects.toThrow('the stock of a is held by another session');

  const before = attempts();
  await expect(decide('a')).rejects.toThrow(StockBusyError);
  expect(attempts()).toBe(before + 1);
  expect(await decide('b')).toMatchObject({ status: 'reserved' });

  locked.clear();
  expect(await decide('a')).toMatchObject({ status: 'reserved' });
  locked.add('a');
  const patient = decide('a');
  await clock.advance(20);
  locked.clear();
  await clock.advance(20);
  expect(await patient).toMatchObject({ status: 'reserved' });
});
