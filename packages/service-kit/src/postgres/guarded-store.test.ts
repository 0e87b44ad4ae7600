import { dependency, standardPolicy } from '@ballast/resilience';
import { ManualClock } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { guardedStore } from './guarded-store.ts';

const store = { find: async (sku: string, count: number) => `${sku} x ${count}` };

test('every method of the store goes through the guard', async () => {
  let calls = 0;
  const guard = {
    call: async (query: () => Promise<unknown>) => {
      calls++;
      return { value: await query() };
    },
  };
  expect(await guardedStore(store, guard).find('LAMP', 2)).toBe('LAMP x 2');
  expect(calls).toBe(1);
});

test('a guard that rejects a call keeps the query from running', async () => {
  const queries: string[] = [];
  const noted = { find: async (sku: string) => void queries.push(sku) };
  const guard = { call: () => Promise.reject(new Error('breaker open')) };
  await expect(guardedStore(noted, guard).find('LAMP')).rejects.toThrow('breaker open');
  expect(queries).toEqual([]);
});

test('a shedder is told how long each query waited in the queue, also one that got no permit', async () => {
  const clock = new ManualClock();
  const waits: number[] = [];
  const { promise: held, resolve: finish } = Promise.withResolvers<void>();
  const narrow = dependency<() => Promise<unknown>, unknown>({
    name: 'narrow',
    policy: standardPolicy({ bulkhead: { maxConcurrent: 1, maxQueue: 2, queueTimeoutMs: 60 } }),
    call: (query) => query(),
    clock,
  });
  const slow = { hold: () => held, look: async () => {} };
  const shedder = { queueWaited: (waitMs: number) => void waits.push(waitMs) };
  const guarded = guardedStore(slow, narrow, shedder, clock);
  await guarded.look();
  const holding = guarded.hold();
  expect(waits).toEqual([]);
  const rejected = expect(guarded.look()).rejects.toThrow('no permit came free in time');
  await clock.advance(60);
  await rejected;
  expect(waits).toEqual([60]);
  const patient = guarded.look();
  await clock.advance(20);
  finish();
  await Promise.all([holding, patient]);
  expect(waits).toEqual([60, 20]);
});
