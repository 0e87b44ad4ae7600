import type { Completion, OrderStatus } from '../history/entry.ts';
import type { Operations } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';
import type { Invariant } from './verdict.ts';

/** An answer describes the order at some moment between `from` and `to`. */
type Sighting = { readonly status: OrderStatus; readonly from: number; readonly to: number };

export const monotonicStatus: Invariant = {
  id: 'I8',
  title: 'monotonic: an order goes from pending to confirmed or rejected, and stays there',
  examine(operations, state) {
    const sightings = sightingsByOrder(operations, state);
    const violations = [...sightings].flatMap(([orderId, seen]) => {
      const fault = contradiction(seen);
      return fault === undefined ? [] : [`order ${orderId} ${fault}`];
    });
    return { checked: sightings.size, violations };
  },
};

function sightingsByOrder(operations: Operations, { orders }: FinalState): Map<string, Sighting[]> {
  const byOrder = new Map<string, Sighting[]>();
  const note = (orderId: string, sighting: Sighting) =>
    byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), sighting]);
  const idOf = new Map(orders.map(({ key, id }) => [key, id]));
  for (const { invoked, completed } of [...operations.placings, ...operations.readings]) {
    if (completed === undefined) continue;
    const [orderId, status] = told(completed) ?? [];
    const id = orderId ?? ('key' in invoked ? idOf.get(invoked.key) : invoked.orderId);
    if (id !== undefined && status !== undefined) note(id, { status, from: invoked.at, to: completed.at });
  }
  const theEnd = Number.POSITIVE_INFINITY;
  for (const { id, status } of orders) if (byOrder.has(id)) note(id, { status, from: theEnd, to: theEnd });
  return byOrder;
}

/** What an answer says of an order. A replayed one tells how the order stood when it was first answered. */
function told(answer: Completion): [orderId: string | undefined, OrderStatus] | undefined {
  if (answer.type === 'ok') return answer.replayed ? undefined : [answer.orderId, answer.orderStatus];
  // A refusal for lack of stock names no order; its key does.
  return answer.type === 'fail' && answer.code === 'insufficient-stock' ? [undefined, 'rejected'] : undefined;
}

function contradiction(seen: readonly Sighting[]): string | undefined {
  const settled = seen.filter(({ status }) => status !== 'pending');
  const ends = [...new Set(settled.map(({ status }) => status))];
  if (ends.length > 1) return `was seen both ${ends.join(' and ')}`;
  // Only answers that do not overlap in time have an order.
  const settledBy = Math.min(...settled.map(({ to }) => to));
  const back = seen.find(({ status, from }) => status === 'pending' && from > settledBy);
  return back === undefined ? undefined : `was ${ends[0]} and then pending again`;
}
