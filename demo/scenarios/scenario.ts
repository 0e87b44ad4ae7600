import type { ProtectionName } from '../control-room/protocol.ts';
import type { Stage } from '../stage/stage.ts';
import type { Recording } from './recording.ts';

export interface Step {
  readonly atMs: number;
  /** What happens now, as a newcomer would say it. */
  readonly says: string;
  readonly act: (stage: Stage) => Promise<void>;
  /** The recovery is measured from when this is done: a process takes its time to start. */
  readonly isReturn?: boolean;
}

export type Unit = 'share' | 'ms' | 's' | 'per second' | 'times' | 'calls';

/** Something that must be seen, with its number. */
export interface Expectation {
  readonly says: string;
  readonly unit: Unit;
  /** From the recording to one number; null when the recording does not tell. */
  readonly measure: (recording: Recording) => number | null;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** The same fault with protections switched off, and what must then go wrong. */
export interface NaiveTwin {
  readonly without: readonly ProtectionName[];
  readonly says: string;
  /** Expectations of its own: what the unprotected system is expected to do. */
  readonly expects: readonly Expectation[];
}

/** One failure, declared once: a button, a test, and a command. */
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
  /** Off in both variants, where they would hide the one that is shown. */
  readonly without?: readonly ProtectionName[];
  readonly expects: readonly Expectation[];
  readonly naive?: NaiveTwin;
  /** Parts without which it can't be shown. */
  readonly needs?: readonly ('redis' | 'supervisor')[];
}

export type Variant = 'protected' | 'naive';
