import type { CheckResult } from './check-result.ts';
import type { Recording } from './recording.ts';
import type { Expectation, Scenario, Unit, Variant } from './scenario.ts';
import type { Verdict } from './verdict.ts';

/** What a variant of a scenario must show. */
export function expectationsOf(scenario: Scenario, variant: Variant): readonly Expectation[] {
  return variant === 'protected' ? scenario.expects : (scenario.naive?.expects ?? []);
}

/** What a recording says about a variant, and each of its expectations. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Why there is no verdict. */
  readonly reason: string | null;
  readonly checks: readonly CheckResult[];
}

/** Judges a run; one that did not begin well, or in which the fault was not seen, gets no verdict. */
export function judgeRun(scenario: Scenario, variant: Variant, recording: Recording): Judgement {
  const checks = judge(expectationsOf(scenario, variant), recording);
  const reason =
    unmet('Before the fault', scenario.steadyState, recording) ??
    unmet('The fault was not seen', scenario.faultSeen, recording);
  if (reason !== null) return { verdict: 'no verdict', reason, checks };
  const isAsDeclared = checks.every((check) => check.holds);
  return { verdict: isAsDeclared ? 'as declared' : 'not as declared', reason, checks };
}

function unmet(when: string, demands: readonly Expectation[], recording: Recording): string | null {
  const failed = judge(demands, recording).find((demand) => !demand.holds);
  return failed ? `${when}: ${failed.says}: ${failed.measured} (must be ${failed.expected})` : null;
}

/** Each expectation against the recording; one without a number has not been met. */
export function judge(expectations: readonly Expectation[], recording: Recording): CheckResult[] {
  return expectations.map((expectation) => {
    const value = expectation.measure(recording);
    return {
      says: expectation.says,
      expected: bound(expectation),
      measured: value === null ? 'not seen' : format(value, expectation.unit),
      holds: value !== null && holds(value, expectation),
    };
  });
}

/** The checks before there is anything to measure. */
export const unjudged = (expectations: readonly Expectation[]): CheckResult[] =>
  expectations.map((expectation) => ({
    says: expectation.says,
    expected: bound(expectation),
    measured: '',
    holds: null,
  }));

const holds = (value: number, { atLeast, atMost }: Expectation): boolean =>
  value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);

function bound({ atLeast, atMost, unit }: Expectation): string {
  if (atLeast !== undefined && atMost !== undefined)
    return `${format(atLeast, unit)} to ${format(atMost, unit)}`;
  if ((unit === 'share' || unit === 'count') && atMost === 0) return 'none';
  if (atLeast !== undefined) return `at least ${format(atLeast, unit)}`;
  return `at most ${format(atMost ?? 0, unit)}`;
}

export function format(value: number, unit: Unit): string {
  if (unit === 'share') return `${Math.floor(value * 1000) / 10} %`;
  if (unit === 'ms') return `${Math.round(value)} ms`;
  if (unit === 's') return `${value.toFixed(1)} s`;
  if (unit === 'count') return `${Math.round(value)}`;
  return unit === 'times' ? `${value.toFixed(2)}x` : `${value.toFixed(1)}/s`;
}
