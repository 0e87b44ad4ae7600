import type { HistoryEntry } from '../../history/entry.ts';
import type { FinalState, OrderRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';

export function change(run: Run, state: Partial<FinalState>): Run {
  return { history: run.history, state: { ...run.state, ...state } };
}

export function append(run: Run, ...entries: ((at: number, attempt: number) => HistoryEntry)[]): Run {
  const last = Math.max(...run.history.map(({ at }) => at));
  const attempt = 1_000_000;
  return {
    ...run,
    history: [...run.history, ...entries.map((entry, index) => entry(last + 1 + index, attempt))],
  };
}

export function first<T>(items: readonly T[], matches: (item: T) => boolean = () => true): T {
  const found = items.find(matches);
  if (found === undefined) throw new Error('the valid run is too small for this mutation');
  return found;
}

export const confirmedOrder = ({ state }: Run): OrderRow =>
  first(state.orders, ({ status }) => status === 'confirmed');

export const rejectedOrder = ({ state }: Run): OrderRow =>
  first(state.orders, ({ status }) => status === 'rejected');
