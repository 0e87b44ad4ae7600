import type { HistoryEntry } from '../history/entry.ts';
import { type Operations, operationsOf, type Placing } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';

/** How often something occurred. A run in which it never did proves nothing about it. */
export type Situation = { readonly name: string; readonly times: number };

type Count = (operations: Operations, state: FinalState) => number;

/** What customers bring about by themselves, also where nothing breaks. */
const ordinary: Readonly<Record<string, Count>> = {
  'refusals for lack of stock': ({ placings }) => failures(placings, ['insufficient-stock']),
  'products sold out': (_operations, { stock }) =>
    stock.filter(({ available, sold }) => available === 0 && sold > 0).length,
  'orders with several prices': (_operations, { orders }) =>
    orders.filter(({ items }) => new Set(items.map(({ unitPriceCents }) => unitPriceCents)).size > 1).length,
  'orders confirmed': (_operations, { orders }) =>
    orders.filter(({ status }) => status === 'confirmed').length,
  replays: ({ placings }) =>
    placings.filter(({ completed }) => completed?.type === 'ok' && completed.replayed).length,
  'keys with another body': ({ placings }) => failures(placings, ['idempotency-key-reused']),
  'prices changed': ({ prices }) => prices.length - new Set(prices.map(({ sku }) => sku)).size,
};

/** What only faults bring about. */
const underFaults: Readonly<Record<string, Count>> = {
  'orders first pending': ({ placings }) =>
    placings.filter(({ completed }) => completed?.type === 'ok' && completed.orderStatus === 'pending')
      .length,
  'requests without a known outcome': ({ placings }) =>
    placings.filter(({ completed }) => completed?.type === 'unknown').length,
  'holds expired': (_operations, { reservations }) =>
    reservations.filter(({ status }) => status === 'expired').length,
  'orders cancelled': (_operations, { orders }) =>
    orders.filter(({ reason }) => reason === 'cancelled').length,
  'holds released': (_operations, { reservations }) =>
    reservations.filter(({ status }) => status === 'released').length,
  'parked rows tried again': ({ requeued }) => requeued,
  'keys forgotten': (_operations, { forgottenKeys }) => forgottenKeys,
};

export function situationsIn(
  history: readonly HistoryEntry[],
  state: FinalState,
  { hasFaults }: { readonly hasFaults: boolean },
): Situation[] {
  const operations = operationsOf(history);
  return Object.entries({ ...ordinary, ...(hasFaults && underFaults) }).map(([name, count]) => ({
    name,
    times: count(operations, state),
  }));
}

function failures(placings: readonly Placing[], codes: readonly string[]): number {
  return placings.filter(({ completed }) => completed?.type === 'fail' && codes.includes(completed.code))
    .length;
}
