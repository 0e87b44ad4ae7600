import type { Operations } from '../history/operations.ts';
import type { FinalState } from './final-state.ts';

export type InvariantId = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10';

/** One invariant of the system: what is examined, and every place where it is broken. */
export interface Invariant {
  readonly id: InvariantId;
  readonly title: string;
  examine(operations: Operations, state: FinalState): Examination;
}

export type Examination = {
  /** How many things were examined. Zero means that the run proves nothing about this invariant. */
  readonly checked: number;
  /** One sentence per violation, naming key, order or SKU. */
  readonly violations: readonly string[];
};

export type Verdict = Examination & {
  readonly id: InvariantId;
  readonly title: string;
  readonly holds: boolean;
};
