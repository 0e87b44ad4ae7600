import type { LoadStats } from '../load-generator/stats.ts';
import type { EdgePicture } from '../stage/picture.ts';

/** One second of a run. */
export interface Sample {
  /** End of the second, from the start of the run. */
  readonly atMs: number;
  readonly stats: LoadStats;
  /** Of the orders that ended in this second, milliseconds from the intended start. */
  readonly latenciesMs: readonly number[];
  readonly edges: readonly EdgePicture[];
  /** Cumulative attempts beyond the first, per edge. */
  readonly retries: Readonly<Record<string, number>>;
  /** Cumulative calls that the guard of an edge let through, per edge. */
  readonly letThrough: Readonly<Record<string, number>>;
  /** Names of the processes that did not run at the end of the second. */
  readonly down: readonly string[];
}

export interface Recording {
  readonly samples: readonly Sample[];
  readonly brokenFromMs: number;
  readonly brokenToMs: number;
  readonly durationMs: number;
}

/** `just-before`: the last seconds before the fault, in which the state must be steady. */
export type Phase = 'before' | 'just-before' | 'during' | 'after';

const justBeforeMs = 4000;

/** Seconds that lie whole within a phase, `skipMs` after its begin. */
export function inPhase(recording: Recording, phase: Phase, skipMs = 0): readonly Sample[] {
  const [from, to] = boundsOf(recording, phase);
  return recording.samples.filter(({ atMs }) => atMs - 1000 >= from + skipMs && atMs <= to);
}

/** Every second that ended after the fault began, the second of the fault included. */
export const sinceTheFault = ({ samples, brokenFromMs }: Recording): readonly Sample[] =>
  samples.filter(({ atMs }) => atMs > brokenFromMs);

function boundsOf({ brokenFromMs, brokenToMs, durationMs }: Recording, phase: Phase): [number, number] {
  if (phase === 'before') return [0, brokenFromMs];
  if (phase === 'just-before') return [Math.max(0, brokenFromMs - justBeforeMs), brokenFromMs];
  return phase === 'during' ? [brokenFromMs, brokenToMs] : [brokenToMs, durationMs + 1000];
}
