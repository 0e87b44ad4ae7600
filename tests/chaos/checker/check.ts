import type { HistoryEntry } from '../history/entry.ts';
import { operationsOf } from '../history/operations.ts';
import { amplification } from './amplification.ts';
import { conservation } from './conservation.ts';
import { content } from './content/content.ts';
import { exactlyOnce } from './exactly-once.ts';
import type { FinalState } from './final-state.ts';
import { liveness } from './liveness.ts';
import { monotonicStatus } from './monotonic-status.ts';
import { noLostAcknowledgement } from './no-lost-acknowledgement.ts';
import { noOversell } from './no-oversell.ts';
import { noPhantom } from './no-phantom.ts';
import { outbox } from './outbox.ts';
import { reservationsEnd } from './reservations-end.ts';
import { twoBooks } from './two-books.ts';
import type { Invariant, Verdict } from './verdict.ts';

export const invariants: readonly Invariant[] = [
  exactlyOnce,
  noLostAcknowledgement,
  noPhantom,
  conservation,
  noOversell,
  reservationsEnd,
  outbox,
  monotonicStatus,
  amplification,
  liveness,
  twoBooks,
  content,
];

/** Judges a finished run: a pure function, so any recorded run can be judged again. */
export function check(history: readonly HistoryEntry[], state: FinalState): readonly Verdict[] {
  const operations = operationsOf(history);
  return invariants.map(({ id, title, clauses, count }) => {
    const examined = Object.entries(clauses).map(([name, clause]) => ({
      name,
      violations: clause(operations, state),
    }));
    const broken = examined.filter(({ violations }) => violations.length > 0);
    return {
      id,
      title,
      holds: broken.length === 0,
      checked: count(operations, state),
      violations: broken.flatMap(({ violations }) => violations),
      broken: broken.map(({ name }) => name),
    };
  });
}
