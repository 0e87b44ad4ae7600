import { availableParallelism } from 'node:os';
import type { CheckResult } from './check-result.ts';
import { unjudged } from './judge.ts';
import type { ScenarioResult } from './run-scenario.ts';
import type { Scenario, Variant } from './scenario.ts';

/** A scenario with the results of its variants. */
export interface ScenarioEvidence {
  readonly scenario: Scenario;
  readonly results: readonly ScenarioResult[];
}

/** A page with one table per scenario: the same measures, with the protections and without. */
export function evidenceOf(runs: readonly ScenarioEvidence[]): string {
  return [
    '# Evidence',
    '',
    'What each protection is worth: every [scenario](scenarios.md) played twice on one machine, both runs judged by the same checks.',
    'Bold is what broke; without its protections a system has to break just that, and hold the rest.',
    'Made by a machine, not by hand; this makes it again:',
    '',
    '```sh',
    'npx -y pnpm@12 scenario all --evidence docs/evidence.md',
    '```',
    '',
    `Node ${process.versions.node}, ${availableParallelism()} cores that also run the database and the load, ${today()}.`,
    '"Not seen" is a moment that did not come, or nothing to measure.',
    '',
    ...runs.flatMap(sectionOf),
  ].join('\n');
}

const today = (): string => new Date().toISOString().slice(0, 10);

function sectionOf({ scenario, results }: ScenarioEvidence): string[] {
  const resultOf = (variant: Variant) => results.find((result) => result.variant === variant);
  const runs = [resultOf('protected'), resultOf('naive')].flatMap((result) => result ?? []);
  const heads = runs.map(({ variant }) =>
    variant === 'naive' ? `without ${scenario.naive.without.join(', ')}` : 'with',
  );
  return [
    `## ${scenario.title}`,
    '',
    scenario.breaks,
    '',
    `| | must be | ${heads.join(' | ')} |`,
    `|---|---:|${runs.map(() => '---:|').join('')}`,
    ...scenario.expects.map((check, index) => rowOf(unjudged(check, 'protected'), runs, index)),
    ...runs.flatMap(verdictOf),
    '',
  ];
}

function rowOf({ says, expected }: CheckResult, runs: readonly ScenarioResult[], index: number): string {
  const cells = runs.map(({ checks }) => cellOf(checks[index] as CheckResult));
  return `| ${says} | ${expected} | ${cells.join(' | ')} |`;
}

const cellOf = ({ measured, holds, isAsDeclared }: CheckResult): string =>
  `${holds ? measured : `**${measured}**`}${isAsDeclared === false ? ' (not as declared)' : ''}`;

const verdictOf = ({ variant, verdict, reason }: ScenarioResult): string[] =>
  verdict === 'as declared' ? [] : ['', `The ${variant} run: ${verdict}. ${reason ?? ''}`.trim()];
