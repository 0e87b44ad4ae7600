import type { ProtectionName } from '@ballast/service-kit/protections';
import type { Stage } from '../stage/stage.ts';
import type { Recording } from './recording.ts';

export interface Step {
  readonly atMs: number;
  /** What happens now, in a sentence for a newcomer. */
  readonly says: string;
  readonly act: (stage: Stage) => Promise<void>;
  /** The recovery is measured from the end of this step: a process takes time to start. */
  readonly isReturn?: boolean;
}

export type Unit = 'share' | 'ms' | 's' | 'per second' | 'times' | 'count';

export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Something that must be seen, with its bounds. */
export interface Expectation extends Bounds {
  readonly says: string;
  readonly unit: Unit;
  /** One number from the recording; null when the recording does not have it. */
  readonly measure: (recording: Recording) => number | null;
}

/** What must be seen with the protections, and what becomes of it without them. */
export interface Check extends Expectation {
  /** How far it breaks in the naive variant, or that there is nothing to measure; absent: it holds there as well. */
  readonly naive?: Bounds | 'not seen';
}

/** The same fault with protections switched off; its checks say which of them then break. */
export interface NaiveVariant {
  readonly without: readonly ProtectionName[];
  readonly says: string;
}

/** One failure, declared once and used by the page, the tests and the command line. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is done to the system, in one sentence. */
  readonly breaks: string;
  /** How it comes back, in one sentence. */
  readonly heals: string;
  readonly load: { readonly ordersPerSecond: number; readonly readsPerSecond?: number };
  /** When something is broken; before it is the baseline, after it the recovery. */
  readonly brokenFromMs: number;
  readonly brokenToMs: number;
  readonly durationMs: number;
  readonly steps: readonly Step[];
  /** Off in both variants, because they would hide the effect of the one that is shown. */
  readonly without?: readonly ProtectionName[];
  /** What must be so before the fault, in both variants; else a run says nothing about it. */
  readonly steadyState: readonly Expectation[];
  /** What shows that the fault took place, in both variants; else a run says nothing about it. */
  readonly faultSeen: readonly Expectation[];
  /** Both variants are judged by these; the difference between them is what is declared. */
  readonly expects: readonly Check[];
  readonly naive: NaiveVariant;
  /** What must be there for it to run. */
  readonly needs?: readonly ('redis' | 'supervisor')[];
}

export type Variant = 'protected' | 'naive';
