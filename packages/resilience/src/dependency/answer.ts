import type { Source } from '../pipeline/events.ts';
import type { OutcomeKind } from '../pipeline/outcome.ts';

/** An answer and how good it is; `source` tells which of the others it is. */
export type Answer<Output> = LiveAnswer<Output> | DisabledAnswer<Output> | DegradedAnswer<Output>;

/** What the dependency answered, just now. */
export interface LiveAnswer<Output> {
  readonly value: Output;
  readonly source: 'live';
  readonly ageMs?: undefined;
  readonly reason?: undefined;
  readonly cause?: undefined;
}

/** The flag is off, and the dependency was not asked. */
export interface DisabledAnswer<Output> {
  readonly value: Output;
  readonly source: 'disabled';
  readonly ageMs?: undefined;
  readonly reason?: undefined;
  readonly cause?: undefined;
}

/** A lesser answer in place of an error. */
export interface DegradedAnswer<Output> {
  readonly value: Output;
  readonly source: 'cached' | 'default';
  /** How old the answer is, if it is a remembered one. */
  readonly ageMs?: number | undefined;
  /** Why it is not live: a stable error code. */
  readonly reason: string;
  /** The error that would have been thrown. Not enumerable: an answer is often sent on as it is. */
  readonly cause: unknown;
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
