import type { Operations } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';

export type InvariantId =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12';

/** One thing that has to hold. Returns one sentence per violation, naming key, order or SKU. */
export type Clause = (operations: Operations, state: FinalState) => readonly string[];

/** One invariant of the system, and the clauses that it consists of. */
export interface Invariant {
  readonly id: InvariantId;
  readonly title: string;
  /** How many things are examined. Zero means that the run proves nothing about this invariant. */
  count(operations: Operations, state: FinalState): number;
  /** By name, so that a test can show of each one that something is caught by it alone. */
  readonly clauses: Readonly<Record<string, Clause>>;
}

export type Verdict = {
  readonly id: InvariantId;
  readonly title: string;
  readonly holds: boolean;
  readonly checked: number;
  readonly violations: readonly string[];
  /** Names of the clauses that are broken. */
  readonly broken: readonly string[];
};
