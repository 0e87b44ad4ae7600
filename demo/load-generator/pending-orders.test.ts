import { expect, test } from 'vitest';
import { PendingOrders } from './pending-orders.ts';
import type { Reply } from './shop-client.ts';

function shopWith(states: Record<string, string>) {
  const lookups: string[] = [];
  const send = async ({ path }: { path: string }): Promise<Reply> => {
    const id = path.replace('/v1/orders/', '');
    lookups.push(id);
    const status = states[id];
    if (status === 'silent') return { kind: 'unknown', code: 'timeout' };
    return { kind: 'answer', status: status ? 200 : 404, body: { id, status } };
  };
  return { client: { send }, lookups };
}

test('orders are followed until they settle, and a lost one is told', async () => {
  const states: Record<string, string> = { a: 'pending', b: 'confirmed', c: 'rejected', d: 'silent' };
  const pending = new PendingOrders(shopWith(states).client, () => 1000);
  for (const id of ['a', 'b', 'c', 'd', 'lost']) pending.follow(id);
  await pending.lookUp();
  expect(pending.snapshot()).toEqual({ open: 2, oldestMs: 0, confirmed: 1, rejected: 1, missing: 1 });
  states.a = 'confirmed';
  await pending.lookUp();
  expect(pending.snapshot()).toMatchObject({ open: 1, confirmed: 2 });
});

const pendingOrders = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`o-${index}`, 'pending']));

test('a long queue is looked up a few at a time, in turn', async () => {
  const states = pendingOrders(30);
  const { client, lookups } = shopWith(states);
  const pending = new PendingOrders(client, () => 0);
  for (const id of Object.keys(states)) pending.follow(id);
  await pending.lookUp();
  expect(lookups.length).toBe(5);
  for (let round = 0; round < 5; round += 1) await pending.lookUp();
  expect(new Set(lookups)).toEqual(new Set(Object.keys(states)));
});

test('once orders settle, one round follows as many as do', async () => {
  const states = pendingOrders(60);
  const pending = new PendingOrders(shopWith(states).client, () => 0);
  for (const id of Object.keys(states)) pending.follow(id);
  for (const id of Object.keys(states)) states[id] = 'confirmed';
  await pending.lookUp();
  expect(pending.snapshot()).toMatchObject({ open: 0, confirmed: 60 });
});

test('rounds do not overlap', async () => {
  const states = pendingOrders(5);
  const { client, lookups } = shopWith(states);
  const pending = new PendingOrders(client, () => 0);
  for (const id of Object.keys(states)) pending.follow(id);
  await Promise.all([pending.lookUp(), pending.lookUp()]);
  expect(lookups.length).toBe(5);
});
