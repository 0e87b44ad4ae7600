import type { Operations } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';
import type { Invariant } from './verdict.ts';

export const exactlyOnce: Invariant = {
  id: 'I1',
  title: 'exactly once: a key makes at most one order, and every answer to it names that order',
  count: (operations, { orders }) =>
    new Set([...orders.map(({ key }) => key), ...answeredIds(operations).keys()]).size,
  clauses: {
    'one order per key': (_operations, { orders }) =>
      [...Map.groupBy(orders, ({ key }) => key)].flatMap(([key, ofKey]) =>
        ofKey.length > 1
          ? [`key ${key} stands for ${ofKey.length} orders: ${ofKey.map(({ id }) => id).join(', ')}`]
          : [],
      ),
    'one id per key': (operations) =>
      [...answeredIds(operations)].flatMap(([key, ids]) =>
        ids.size > 1 ? [`key ${key} was answered with ${ids.size} orders: ${[...ids].join(', ')}`] : [],
      ),
    'a key is kept while its order is pending': (_operations, { forgottenWhilePending }: FinalState) =>
      forgottenWhilePending.map((id) => `order ${id} was pending when its key had been forgotten`),
  },
};

function answeredIds({ placings }: Operations): Map<string, Set<string>> {
  const idsByKey = new Map<string, Set<string>>();
  for (const { invoked, completed } of placings) {
    if (completed?.type !== 'ok') continue;
    const ids = idsByKey.get(invoked.key) ?? new Set();
    idsByKey.set(invoked.key, ids.add(completed.orderId));
  }
  return idsByKey;
}
