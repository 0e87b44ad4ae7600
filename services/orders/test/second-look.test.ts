import { expect, it } from 'vitest';
import type { Order } from '../src/use-cases/order.ts';
import { type BookedOrder, type BookedReservation, findDifferences } from '../src/use-cases/reconcile.ts';

const line = { sku: 'MUG-ENAMEL', quantity: 1, unitPriceCents: 990 };
const placed = { id: 'order-1', customerId: 'ida', items: [line], totalCents: 990, createdAt: new Date(0) };
const ordered = (status: 'pending' | 'confirmed'): BookedOrder => ({
  order: { ...placed, status } as Order,
  ageMs: 0,
});
const decided = (status: BookedReservation['status']): BookedReservation => {
  return { orderId: 'order-1', status, items: [line], expiresAt: new Date(0) };
};

type Moment = readonly [order: BookedOrder | undefined, reservation: BookedReservation | undefined];

/** The books of one order. Each look at one of them takes until the next moment: two pages, then the second look. */
async function compare(moments: readonly Moment[]) {
  let looks = 0;
  const now = () => moments[Math.min(looks++, moments.length - 1)] as Moment;
  const inPage = <Entry>(entry: Entry | undefined) => (entry === undefined ? [] : [entry]);
  const books = {
    orders: { page: async () => inPage(now()[0]), find: async () => now()[0] },
    reservations: { page: async () => inPage(now()[1]), find: async () => now()[1] },
  };
  const kinds: string[] = [];
  for await (const { kind } of findDifferences(books, { graceMs: 60_000, pageSize: 10 })) kinds.push(kind);
  return kinds;
}

const nothing: Moment = [undefined, undefined];
const held: Moment = [ordered('pending'), decided('reserved')];
const settled: Moment = [ordered('confirmed'), decided('confirmed')];

it.each<[string, Moment[]]>([
  ['an order that was stored after its page was read', [nothing, held]],
  ['an order that was placed and settled after its page was read', [nothing, settled]],
  ['an order that is settled while it is looked at again', [nothing, held, held, settled]],
  ['a sale that was made after its page was read', [held, settled]],
])('%s is no difference', async (_what, moments) => {
  expect(await compare(moments)).toEqual([]);
});

it.each<[string, Moment]>([
  ['sold-without-order', [undefined, decided('confirmed')]],
  ['held-without-order', [undefined, decided('reserved')]],
  ['not-sold', [ordered('confirmed'), undefined]],
])('what lasts is a difference: %s', async (kind, moment) => {
  expect(await compare([moment])).toEqual([kind]);
});
