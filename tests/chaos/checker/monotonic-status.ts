import { type Completion, type OrderStatus, rejectionCodes } from '../history/entry.ts';
import type { Operations } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';
import type { Invariant } from './verdict.ts';

/** An answer describes the order at some moment between `from` and `to`. */
type Observation = { readonly status: OrderStatus; readonly from: number; readonly to: number };

export const monotonicStatus: Invariant = {
  id: 'I8',
  title: 'monotonic: an order goes from pending to confirmed or rejected, and stays there',
  count: (operations, state) => observationsByOrder(operations, state).size,
  clauses: {
    'one end': (operations, state) =>
      [...observationsByOrder(operations, state)].flatMap(([orderId, seen]) => {
        const ends = endsIn(seen);
        return ends.length > 1 ? [`order ${orderId} was seen both ${ends.join(' and ')}`] : [];
      }),
    'no way back': (operations, state) =>
      [...observationsByOrder(operations, state)].flatMap(([orderId, seen]) =>
        goesBack(seen) ? [`order ${orderId} was ${endsIn(seen)[0]} and then pending again`] : [],
      ),
  },
};

function observationsByOrder(operations: Operations, { orders }: FinalState): Map<string, Observation[]> {
  const byOrder = new Map<string, Observation[]>();
  const note = (orderId: string, observation: Observation) =>
    byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), observation]);
  const idOf = new Map(orders.map(({ key, id }) => [key, id]));
  const { placings, readings, cancellings } = operations;
  for (const { invoked, completed } of [...placings, ...readings, ...cancellings]) {
    if (completed === undefined) continue;
    const [orderId, status] = statusIn(completed) ?? [];
    const id = orderId ?? ('key' in invoked ? idOf.get(invoked.key) : invoked.orderId);
    if (id !== undefined && status !== undefined) note(id, { status, from: invoked.at, to: completed.at });
  }
  const theEnd = Number.POSITIVE_INFINITY;
  for (const { id, status } of orders) if (byOrder.has(id)) note(id, { status, from: theEnd, to: theEnd });
  return byOrder;
}

/** The order and status that an answer names. A replayed answer is an old one: the content of answers is I12. */
function statusIn(answer: Completion): [orderId: string | undefined, OrderStatus] | undefined {
  if (answer.type === 'ok') return answer.replayed ? undefined : [answer.orderId, answer.orderStatus];
  // A rejection names no order; its key does.
  return answer.type === 'fail' && rejectionCodes.includes(answer.code) ? [undefined, 'rejected'] : undefined;
}

const endsIn = (seen: readonly Observation[]): OrderStatus[] => [
  ...new Set(seen.map(({ status }) => status).filter((status) => status !== 'pending')),
];

/** Only answers that do not overlap in time have an order. */
function goesBack(seen: readonly Observation[]): boolean {
  const settled = seen.filter(({ status }) => status !== 'pending');
  const settledBy = Math.min(...settled.map(({ to }) => to));
  return seen.some(({ status, from }) => status === 'pending' && from > settledBy);
}
