import type { Operations } from '../history/operations.ts';
import type { Invariant } from './verdict.ts';

export const noLostAcknowledgement: Invariant = {
  id: 'I2',
  title: 'no lost acknowledgement: what was answered is stored, and every later read finds it',
  count: (operations) => firstAcknowledgements(operations).size,
  clauses: {
    'answered and stored': (operations, { orders }) => {
      const stored = new Set(orders.map(({ id }) => id));
      return [...firstAcknowledgements(operations).keys()]
        .filter((id) => !stored.has(id))
        .map((id) => `order ${id} was acknowledged and is not in the database`);
    },
    'answered and found': (operations) => {
      const acknowledgedAt = firstAcknowledgements(operations);
      return [...operations.readings, ...operations.cancellings]
        .filter(({ invoked, completed }) => {
          const since = acknowledgedAt.get(invoked.orderId);
          const isMissing = completed?.type === 'fail' && completed.status === 404;
          return isMissing && since !== undefined && since < invoked.at;
        })
        .map(
          ({ invoked }) =>
            `order ${invoked.orderId} was acknowledged and a later ${invoked.operation} answered 404`,
        );
    },
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
