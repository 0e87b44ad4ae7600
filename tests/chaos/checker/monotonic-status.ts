import type { Completion, OrderStatus } from '../history/entry.ts';
import type { Operations } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';
import type { Invariant } from './verdict.ts';

/** An answer describes the order at some moment between `from` and `to`. */
type Observation = { readonly status: OrderStatus; readonly from: number; readonly to: number };

export const monotonicStatus: Invariant = {
  id: 'I8',
  title: 'monotonic: an order goes from pending to confirmed or rejected, and stays there',
  examine(operations, state) {
    const observations = observationsByOrder(operations, state);
    const violations = [...observations].flatMap(([orderId, seen]) => {
      const fault = contradiction(seen);
      return fault === undefined ? [] : [`order ${orderId} ${fault}`];
    });
    return { checked: observations.size, violations };
  },
};

function observationsByOrder(operations: Operations, { orders }: FinalState): Map<string, Observation[]> {
  const byOrder = new Map<string, Observation[]>();
  const note = (orderId: string, observation: Observation) =>
    byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), observation]);
  const idOf = new Map(orders.map(({ key, id }) => [key, id]));
  for (const { invoked, completed } of [...operations.placings, ...operations.readings]) {
    if (completed === undefined) continue;
    const [orderId, status] = statusIn(completed) ?? [];
    const id = orderId ?? ('key' in invoked ? idOf.get(invoked.key) : invoked.orderId);
    if (id !== undefined && status !== undefined) note(id, { status, from: invoked.at, to: completed.at });
  }
  const theEnd = Number.POSITIVE_INFINITY;
  for (const { id, status } of orders) if (byOrder.has(id)) note(id, { status, from: theEnd, to: theEnd });
  return byOrder;
}

/** The order and status that an answer names. A replayed answer is an old one, so it counts as none. */
function statusIn(answer: Completion): [orderId: string | undefined, OrderStatus] | undefined {
  if (answer.type === 'ok') return answer.replayed ? undefined : [answer.orderId, answer.orderStatus];
  // An error for lack of stock names no order; its key does.
  return answer.type === 'fail' && answer.code === 'insufficient-stock' ? [undefined, 'rejected'] : undefined;
}

function contradiction(seen: readonly Observation[]): string | undefined {
  const settled = seen.filter(({ status }) => status !== 'pending');
  const ends = [...new Set(settled.map(({ status }) => status))];
  if (ends.length > 1) return `was seen both ${ends.join(' and ')}`;
  // Only answers that do not overlap in time have an order.
  const settledBy = Math.min(...settled.map(({ to }) => to));
  const back = seen.find(({ status, from }) => status === 'pending' && from > settledBy);
  return back === undefined ? undefined : `was ${ends[0]} and then pending again`;
}
