import type { Completion, HistoryEntry, PlaceInvoked, ReadInvoked } from './entry.ts';

type Done<Invoked> = { readonly invoked: Invoked; readonly completed: Completion | undefined };
export type Placing = Done<PlaceInvoked>;
export type Reading = Done<ReadInvoked>;

/** The history folded into operations: what was asked, and what came back, if anything did. */
export type Operations = {
  readonly placings: readonly Placing[];
  readonly readings: readonly Reading[];
  readonly healedAt: number | undefined;
};

/** A history that ends in the middle of an attempt is fine; a completion without its invocation is not. */
export function operationsOf(history: readonly HistoryEntry[]): Operations {
  const completions = new Map<number, Completion>();
  const invoked = new Set<number>();
  let healedAt: number | undefined;
  for (const entry of history) {
    if (entry.type === 'invoke') invoked.add(entry.attempt);
    else if (entry.type === 'healed') healedAt = entry.at;
    else if (invoked.has(entry.attempt)) completions.set(entry.attempt, entry);
    else throw new Error(`history: attempt ${entry.attempt} completed but was never invoked`);
  }
  const invocations = history.filter((entry) => entry.type === 'invoke');
  const done = <T extends PlaceInvoked | ReadInvoked>(entry: T) => ({
    invoked: entry,
    completed: completions.get(entry.attempt),
  });
  return {
    placings: invocations.filter((entry) => entry.operation === 'place').map(done),
    readings: invocations.filter((entry) => entry.operation === 'read').map(done),
    healedAt,
  };
}
