import type { CheckResult } from './check-result.ts';
import { lagMs, p99Ms } from './measures.ts';
import type { Recording } from './recording.ts';
import type { Bounds, Check, Expectation, Scenario, Unit, Variant } from './scenario.ts';
import type { Verdict } from './verdict.ts';

/** What a recording says about a variant, and each of its checks. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Why there is no verdict. */
  readonly reason: string | null;
  readonly checks: readonly CheckResult[];
}

/** On a machine that is busier than this, what is measured says more about the machine than about the system. */
const machineIsFree: readonly Expectation[] = [
  { says: 'requests sent too late (p90 of the seconds)', unit: 'ms', measure: lagMs(0.9), atMost: 150 },
];

/** Other work on the machine makes a system slower, never better: it excuses only a run that is not as declared. */
const machineIsQuiet: readonly Expectation[] = [
  { says: 'requests sent too late, at most', unit: 'ms', measure: lagMs(1), atMost: 100 },
  { says: 'orders before the fault (p99)', unit: 'ms', measure: p99Ms('just-before'), atMost: 150 },
];

/** Judges a run; one that did not begin well, or in which the fault was not seen, gets no verdict. */
export function judgeRun(scenario: Scenario, variant: Variant, recording: Recording): Judgement {
  const checks = scenario.expects.map((check) => judge(check, variant, check.measure(recording)));
  const isAsDeclared = checks.every((check) => check.isAsDeclared);
  const reason =
    unmet('Before the fault', scenario.steadyState, recording) ??
    unmet('The fault was not seen', scenario.faultSeen, recording) ??
    unmet('The machine was too busy', machineIsFree, recording) ??
    (isAsDeclared ? null : unmet('Not as declared, but the machine was busy', machineIsQuiet, recording));
  if (reason === null) return { verdict: isAsDeclared ? 'as declared' : 'not as declared', reason, checks };
  const open = checks.map((check) => ({ ...check, isAsDeclared: null }));
  return { verdict: 'no verdict', reason, checks: open };
}

function unmet(when: string, demands: readonly Expectation[], recording: Recording): string | null {
  for (const { says, unit, measure, ...bounds } of demands) {
    const value = measure(recording);
    if (value === null || !isWithin(value, bounds))
      return `${when}: ${says}: ${measured(value, unit)} (must be ${inWords(bounds, unit)})`;
  }
  return null;
}

/** One check against what was measured; where nothing was, what is expected has not been met. */
function judge(check: Check, variant: Variant, value: number | null): CheckResult {
  const holds = value !== null && isWithin(value, check);
  return {
    ...unjudged(check, variant),
    measured: measured(value, check.unit),
    holds,
    isAsDeclared: variant === 'protected' || check.naive === undefined ? holds : breaks(check.naive, value),
  };
}

const breaks = (declared: Bounds | 'not seen', value: number | null): boolean =>
  declared === 'not seen' ? value === null : value !== null && isWithin(value, declared);

/** A check before there is anything to measure. */
export const unjudged = (check: Check, variant: Variant): CheckResult => ({
  says: check.says,
  expected: inWords(check, check.unit),
  measured: '',
  holds: null,
  declared: declaredOf(check, variant),
  isAsDeclared: null,
});

function declaredOf({ naive, unit }: Check, variant: Variant): string {
  if (variant === 'protected' || naive === undefined) return 'holds';
  return `breaks (${naive === 'not seen' ? naive : inWords(naive, unit)})`;
}

const isWithin = (value: number, { atLeast, atMost }: Bounds): boolean =>
  value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);

/** Bounds as a sentence has them, e.g. "at least 99 %". */
export function inWords({ atLeast, atMost }: Bounds, unit: Unit): string {
  if (atLeast !== undefined && atMost !== undefined)
    return `${format(atLeast, unit)} to ${format(atMost, unit)}`;
  if ((unit === 'share' || unit === 'count') && atMost === 0) return 'none';
  if (atLeast !== undefined) return `at least ${format(atLeast, unit)}`;
  return `at most ${format(atMost ?? 0, unit)}`;
}

const measured = (value: number | null, unit: Unit): string =>
  value === null ? 'not seen' : format(value, unit);

function format(value: number, unit: Unit): string {
  if (unit === 'share') return `${Math.floor(value * 1000) / 10} %`;
  if (unit === 'ms') return `${Math.round(value)} ms`;
  if (unit === 's') return `${value.toFixed(1)} s`;
  if (unit === 'count') return `${Math.round(value)}`;
  return unit === 'times' ? `${value.toFixed(2)}x` : `${value.toFixed(1)}/s`;
}
