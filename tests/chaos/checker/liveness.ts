import { finalErrorCodes, type HistoryEntry } from '../history/entry.ts';
import type { Operations, Placing, Reading } from '../history/operations.ts';
import type { Invariant } from './verdict.ts';

export const maxSettleMs = 10_000;

export const liveness: Invariant = {
  id: 'I10',
  title: `liveness: every key resolves within ${maxSettleMs / 1000} s of the healing`,
  examine(operations) {
    const settled = settleTimes(operations);
    const late = [...settled].filter(([, settleMs]) => settleMs > maxSettleMs);
    return {
      checked: settled.size,
      violations: late.map(([key, settleMs]) =>
        settleMs === Number.POSITIVE_INFINITY
          ? `key ${key} never resolved`
          : `key ${key} resolved ${Math.round(settleMs)} ms after the healing`,
      ),
    };
  },
};

/**
 * Per key, how long after the healing (or after its first request, if that came later) it was known to be settled; 0
 * when it was settled before.
 */
export function settleTimes({ placings, readings, healedAt }: Operations): Map<string, number> {
  const asked = new Map<string, number>();
  for (const { invoked } of placings)
    asked.set(invoked.key, Math.min(invoked.at, asked.get(invoked.key) ?? Number.POSITIVE_INFINITY));
  const settledAt = settleMoments(placings, readings);
  return new Map(
    [...asked].map(([key, askedAt]) => {
      const from = Math.max(askedAt, healedAt ?? askedAt);
      return [key, Math.max(0, (settledAt.get(key) ?? Number.POSITIVE_INFINITY) - from)];
    }),
  );
}

function settleMoments(placings: readonly Placing[], readings: readonly Reading[]): Map<string, number> {
  const keyOf = new Map<string, string>();
  const settledAt = new Map<string, number>();
  const note = (key: string, at: number) =>
    settledAt.set(key, Math.min(at, settledAt.get(key) ?? Number.POSITIVE_INFINITY));
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
  return entry.type === 'fail' && finalErrorCodes.includes(entry.code);
}
