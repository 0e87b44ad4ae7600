import type { OrderStatus } from '../history/entry.ts';
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

function sightingsByOrder(
  { placings, readings }: Operations,
  { orders }: FinalState,
): Map<string, Sighting[]> {
  const byOrder = new Map<string, Sighting[]>();
  const note = (orderId: string, sighting: Sighting) =>
    byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), sighting]);
  for (const { invoked, completed } of [...placings, ...readings]) {
    // A replayed answer tells how the order stood when it was first answered.
    if (completed?.type !== 'ok' || completed.replayed) continue;
    note(completed.orderId, { status: completed.orderStatus, from: invoked.at, to: completed.at });
  }
  const theEnd = Number.POSITIVE_INFINITY;
  for (const { id, status } of orders) if (byOrder.has(id)) note(id, { status, from: theEnd, to: theEnd });
  return byOrder;
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
