import type { Operations } from '../history/operations.ts';
import type { Invariant } from './verdict.ts';

export const noLostAcknowledgement: Invariant = {
  id: 'I2',
  title: 'no lost acknowledgement: what was answered is stored, and every later read finds it',
  examine(operations, { orders }) {
    const acknowledgedAt = firstAcknowledgements(operations);
    const stored = new Set(orders.map(({ id }) => id));
    const lost = [...acknowledgedAt.keys()].filter((id) => !stored.has(id));
    const unread = operations.readings.filter(({ invoked, completed }) => {
      const since = acknowledgedAt.get(invoked.orderId);
      const missing = completed?.type === 'fail' && completed.status === 404;
      return missing && since !== undefined && since < invoked.at;
    });
    return {
      checked: acknowledgedAt.size,
      violations: [
        ...lost.map((id) => `order ${id} was acknowledged and is not in the database`),
        ...unread.map(
          ({ invoked }) => `order ${invoked.orderId} was acknowledged and a later read answered 404`,
        ),
      ],
    };
  },
};

/** An order that was once read is acknowledged too. */
function firstAcknowledgements({ placings, readings }: Operations): Map<string, number> {
  const at = new Map<string, number>();
  for (const { completed } of [...placings, ...readings]) {
    if (completed?.type !== 'ok') continue;
    at.set(completed.orderId, Math.min(completed.at, at.get(completed.orderId) ?? Number.POSITIVE_INFINITY));
  }
  return at;
}
