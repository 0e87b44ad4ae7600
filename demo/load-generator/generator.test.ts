import { ManualClock, settled } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { customerDeadlineMs } from './customer-deadline.ts';
import { Generator } from './generator.ts';
import type { Reply, ShopRequest } from './shop-client.ts';

const confirmed: Reply = {
  kind: 'answer',
  status: 201,
  body: { id: 'o-1', recommendations: { source: 'live' } },
};
const accepted: Reply = { kind: 'answer', status: 202, body: { id: 'o-2' } };
const read: Reply = { kind: 'answer', status: 200, body: { source: 'live' } };

/** A shop that takes a time for each answer, and customers who come for one second. */
async function oneSecondOf(reply: Reply, takesMs: number, rate: { orders: number; reads: number }) {
  const clock = new ManualClock();
  const lookups: string[] = [];
  const send = async ({ method, path }: ShopRequest): Promise<Reply> => {
    if (method === 'GET' && path.startsWith('/v1/orders/')) lookups.push(path);
    else await new Promise<void>((resolve) => clock.setTimer(resolve, takesMs));
    return reply;
  };
  const generator = new Generator({ send }, clock);
  generator.setRate({ ordersPerSecond: rate.orders, readsPerSecond: rate.reads });
  generator.offer(['A']);
  await clock.advance(1000);
  generator.setRate({ ordersPerSecond: 0, readsPerSecond: 0 });
  await clock.advance(takesMs);
  await settled();
  return { clock, generator, lookups, second: generator.takeSecond() };
}

test('an order that is confirmed in time is live, one that comes later is late', async () => {
  const inTime = await oneSecondOf(confirmed, customerDeadlineMs - 10, { orders: 100, reads: 0 });
  expect(inTime.second.orders.outcomes.live).toBe(inTime.second.orders.offered);
  const late = await oneSecondOf(confirmed, customerDeadlineMs + 10, { orders: 100, reads: 0 });
  expect(late.second.orders.outcomes).toMatchObject({ late: late.second.orders.offered, live: 0 });
  expect(late.second.totals.outcomes.late).toBe(late.second.orders.offered);
  expect(new Set(late.generator.recentOrders().map(({ outcome }) => outcome))).toEqual(new Set(['late']));
});

test('reads are late as well', async () => {
  const { second } = await oneSecondOf(read, customerDeadlineMs + 10, { orders: 0, reads: 100 });
  expect(second.reads.outcomes).toMatchObject({ late: second.reads.offered, live: 0 });
});

test('an order that is accepted late is followed all the same', async () => {
  const { second } = await oneSecondOf(accepted, customerDeadlineMs + 10, { orders: 100, reads: 0 });
  expect(second.orders.outcomes.late).toBeGreaterThan(0);
  expect(second.pending.open).toBe(1);
});

test('a generator that was held up says for how long', async () => {
  const { clock, generator } = await oneSecondOf(confirmed, 10, { orders: 100, reads: 0 });
  expect(generator.takeSecond().lagMs).toBe(0);
  generator.setRate({ ordersPerSecond: 100, readsPerSecond: 0 });
  await clock.advance(500);
  generator.takeSecond();
  clock.stall(800);
  const { lagMs } = generator.takeSecond();
  expect(lagMs).toBeGreaterThan(700);
  expect(lagMs).toBeLessThanOrEqual(800);
});
