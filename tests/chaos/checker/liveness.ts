import { type HistoryEntry, rejectionCodes } from '../history/entry.ts';
import {
  type Cancelling,
  firstAsked,
  type Operations,
  type Placing,
  type Reading,
} from '../history/operations.ts';
import type { Invariant } from './verdict.ts';

export const maxSettleMs = 10_000;
const never = Number.POSITIVE_INFINITY;

export const liveness: Invariant = {
  id: 'I10',
  title: `liveness: every key resolves within ${maxSettleMs / 1000} s of the healing`,
  count: (operations) => settleTimes(operations).size,
  clauses: {
    'in time': (operations) =>
      [...settleTimes(operations)]
        .filter(([, settleMs]) => settleMs > maxSettleMs && settleMs < never)
        .map(([key, settleMs]) => `key ${key} resolved ${Math.round(settleMs)} ms after the healing`),
    'at all': (operations) =>
      [...settleTimes(operations)]
        .filter(([, settleMs]) => settleMs === never)
        .map(([key]) => `key ${key} never resolved`),
  },
};

/**
 * Per key, how long after the healing (or after its first request, if that came later) it was known to be settled; 0
 * when it was settled before.
 */
export function settleTimes({ placings, readings, cancellings, healedAt }: Operations): Map<string, number> {
  const settledAt = settleMoments(placings, [...readings, ...cancellings]);
  return new Map(
    [...firstAsked(placings)].map(([key, askedAt]) => {
      const from = Math.max(askedAt, healedAt ?? askedAt);
      return [key, Math.max(0, (settledAt.get(key) ?? never) - from)];
    }),
  );
}

function settleMoments(
  placings: readonly Placing[],
  readings: readonly (Reading | Cancelling)[],
): Map<string, number> {
  const keyOf = new Map<string, string>();
  const settledAt = new Map<string, number>();
  const note = (key: string, at: number) => settledAt.set(key, Math.min(at, settledAt.get(key) ?? never));
  for (const { invoked, completed } of placings) {
    if (completed?.type === 'ok' && !keyOf.has(completed.orderId)) keyOf.set(completed.orderId, invoked.key);
    if (completed !== undefined && settles(completed)) note(invoked.key, completed.at);
  }
  for (const { invoked, completed } of readings) {
    const key = keyOf.get(invoked.orderId);
    if (key !== undefined && completed !== undefined && settles(completed)) note(key, completed.at);
  }
  return settledAt;
}

function settles(entry: HistoryEntry): boolean {
  if (entry.type === 'ok') return entry.orderStatus !== 'pending';
  return entry.type === 'fail' && rejectionCodes.includes(entry.code);
}
