import type { Source } from '../pipeline/events.ts';
import type { OutcomeKind } from '../pipeline/outcome.ts';

/** An answer and how good it is. */
export interface Answer<Output> {
  readonly value: Output;
  readonly source: Source;
  /** How old the answer is, if it is a remembered one. */
  readonly ageMs?: number;
  /** Why it is not live: a stable error code. */
  readonly reason?: string;
}

/** Counts since the dependency was made: what became of its calls. */
export interface CallCountsSnapshot {
  readonly calls: Readonly<Record<Source | 'failed' | 'total', number>>;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** Calls rejected, by policy. */
  readonly rejections: Readonly<Record<string, number>>;
}

/** Of the live answers of the last ten seconds. */
export interface LatencySnapshot {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}
