import type { CancelInvoked, Completion, HistoryEntry, PlaceInvoked, Priced, ReadInvoked } from './entry.ts';

type Done<Invoked> = { readonly invoked: Invoked; readonly completed: Completion | undefined };
export type Placing = Done<PlaceInvoked>;
export type Reading = Done<ReadInvoked>;
export type Cancelling = Done<CancelInvoked>;

/** The history folded into operations: what was asked, and what came back, if anything did. */
export type Operations = {
  readonly placings: readonly Placing[];
  readonly readings: readonly Reading[];
  readonly cancellings: readonly Cancelling[];
  /** The prices that were set, in order of time. */
  readonly prices: readonly Priced[];
  /** How many parked rows an operator had tried again. */
  readonly requeued: number;
  readonly healedAt: number | undefined;
};

/** A history that ends in the middle of an attempt is fine; a completion without its invocation is not. */
export function operationsOf(history: readonly HistoryEntry[]): Operations {
  const completions = completionsOf(history);
  const invocations = history.filter((entry) => entry.type === 'invoke');
  const done = <T extends (typeof invocations)[number]>(entry: T) => ({
    invoked: entry,
    completed: completions.get(entry.attempt),
  });
  return {
    placings: invocations.filter((entry) => entry.operation === 'place').map(done),
    readings: invocations.filter((entry) => entry.operation === 'read').map(done),
    cancellings: invocations.filter((entry) => entry.operation === 'cancel').map(done),
    prices: history.filter((entry) => entry.type === 'priced'),
    requeued: history.reduce((sum, entry) => sum + (entry.type === 'requeued' ? entry.rows : 0), 0),
    healedAt: history.findLast((entry) => entry.type === 'healed')?.at,
  };
}

function completionsOf(history: readonly HistoryEntry[]): Map<number, Completion> {
  const completions = new Map<number, Completion>();
  const invoked = new Set<number>();
  for (const entry of history) {
    if (!('attempt' in entry)) continue;
    if (entry.type === 'invoke') invoked.add(entry.attempt);
    else if (invoked.has(entry.attempt)) completions.set(entry.attempt, entry);
    else throw new Error(`history: attempt ${entry.attempt} completed but was never invoked`);
  }
  return completions;
}

/** The earliest moment of each key: when it was first used. */
export function firstAsked(placings: readonly Placing[]): Map<string, number> {
  const asked = new Map<string, number>();
  for (const { invoked } of placings)
    asked.set(invoked.key, Math.min(invoked.at, asked.get(invoked.key) ?? Number.POSITIVE_INFINITY));
  return asked;
}
