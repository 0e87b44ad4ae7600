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

test('a guard that refuses keeps the query from running', async () => {
  const queries: string[] = [];
  const noted = { find: async (sku: string) => void queries.push(sku) };
  const guard = { call: () => Promise.reject(new Error('breaker open')) };
  await expect(guardedStore(noted, guard).find('LAMP')).rejects.toThrow('breaker open');
  expect(queries).toEqual([]);
});
