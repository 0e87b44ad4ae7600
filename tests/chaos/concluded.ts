import { situationsIn } from './checker/situations.ts';
import { type Conclusion, conclude, faultCounts } from './conclusion.ts';
import type { Findings } from './experiment.ts';
import type { InjectedFault } from './nemesis/nemesis.ts';
import { report } from './report.ts';

type Run = {
  readonly title: string;
  readonly injected: readonly InjectedFault[];
  /** Without, only what customers bring about has to occur. */
  readonly hasFaults: boolean;
  readonly findings: Findings;
};

/** What a run shows, and its report for people. */
export function concluded({ title, injected, hasFaults, findings }: Run): {
  readonly text: string;
  readonly conclusion: Conclusion;
} {
  const { history, state, verdicts } = findings;
  const occurrences = [
    ...situationsIn(history, state, { hasFaults }),
    ...(hasFaults ? faultCounts(injected) : []),
  ];
  const conclusion = conclude(verdicts, occurrences);
  return { conclusion, text: report({ title, injected, occurrences, conclusion, ...findings }) };
}
