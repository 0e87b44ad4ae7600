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
  const pending = new PendingOrders(shopWith(states).client, () => 1_000);
  for (const id of ['a', 'b', 'c', 'd', 'lost']) pending.follow(id);
  await pending.lookUp();
  expect(pending.snapshot()).toEqual({ open: 2, oldestMs: 0, confirmed: 1, rejected: 1, missing: 1 });
  states.a = 'confirmed';
  await pending.lookUp();
  expect(pending.snapshot()).toMatchObject({ open: 1, confirmed: 2 });
});

test('a long queue is looked up in turn', async () => {
  const ids = Array.from({ length: 120 }, (_, index) => `o-${index}`);
  const { client, lookups } = shopWith(Object.fromEntries(ids.map((id) => [id, 'pending'])));
  const pending = new PendingOrders(client, () => 0);
  for (const id of ids) pending.follow(id);
  for (let round = 0; round < 3; round += 1) await pending.lookUp();
  expect(new Set(lookups)).toEqual(new Set(ids));
});
