import type { Situation } from './checker/situations.ts';
import type { Verdict } from './checker/verdict.ts';
import { classOf, faultClasses } from './nemesis/fault.ts';
import type { InjectedFault } from './nemesis/nemesis.ts';

/** What a whole run shows: that something is broken, that all is well, or too little to say. */
export type Conclusion = {
  readonly outcome: 'green' | 'red' | 'inconclusive';
  /** By name, what did not occur and has to, or was not examined. */
  readonly missing: readonly string[];
};

/** 2 is for a command that makes no sense. */
export const exitCodes = { green: 0, red: 1, inconclusive: 3 } as const;

/** How often each class of faults was injected; those that could not be injected do not count. */
export function faultCounts(injected: readonly InjectedFault[]): Situation[] {
  const classes = Map.groupBy(
    injected.filter(({ missed }) => missed === undefined),
    ({ fault }) => classOf(fault),
  );
  return faultClasses.map((name) => ({ name, times: classes.get(name)?.length ?? 0 }));
}

/** Broken is broken, whatever else is missing; an empty run is not a green one. */
export function conclude(verdicts: readonly Verdict[], occurrences: readonly Situation[]): Conclusion {
  const missing = [
    ...occurrences.filter(({ times }) => times === 0).map(({ name }) => name),
    ...verdicts.filter(({ checked }) => checked === 0).map(({ id }) => `anything that ${id} examines`),
  ];
  if (verdicts.some(({ holds }) => !holds)) return { outcome: 'red', missing };
  return { outcome: missing.length === 0 ? 'green' : 'inconclusive', missing };
}
