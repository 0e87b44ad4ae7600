import type { Invariant } from './verdict.ts';

export const exactlyOnce: Invariant = {
  id: 'I1',
  title: 'exactly once: a key makes at most one order, and every answer to it names that order',
  examine({ placings }, { orders }) {
    const idsByKey = new Map<string, Set<string>>();
    const note = (key: string, orderId: string) =>
      idsByKey.set(key, (idsByKey.get(key) ?? new Set()).add(orderId));
    for (const { key, id } of orders) note(key, id);
    for (const { invoked, completed } of placings) {
      if (completed?.type === 'ok') note(invoked.key, completed.orderId);
    }
    const doubled = [...idsByKey].filter(([, ids]) => ids.size > 1);
    return {
      checked: idsByKey.size,
      violations: doubled.map(
        ([key, ids]) => `key ${key} stands for ${ids.size} orders: ${[...ids].join(', ')}`,
      ),
    };
  },
};
