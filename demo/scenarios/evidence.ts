import { availableParallelism } from 'node:os';
import type { CheckResult } from './check-result.ts';
import { judge } from './judge.ts';
import type { ScenarioResult } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

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
    'What each protection is worth: every [scenario](scenarios.md) played twice on one machine, the same measures taken in both runs.',
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
  const checksOf = (variant: string): readonly CheckResult[] | undefined => {
    const result = results.find((one) => one.variant === variant);
    return result && judge(scenario.expects, result.recording);
  };
  const protectedRun = checksOf('protected') ?? [];
  const naive = checksOf('naive');
  const without = naive ? `without ${scenario.naive?.without.join(', ')}` : '';
  const rows = protectedRun.map(
    ({ says, expected, measured }, index) =>
      `| ${says} | ${expected} | ${measured} |${naive ? ` ${naive[index]?.measured} |` : ''}`,
  );
  return [
    `## ${scenario.title}`,
    '',
    scenario.breaks,
    '',
    `| | must be | with |${naive ? ` ${without} |` : ''}`,
    `|---|---:|---:|${naive ? '---:|' : ''}`,
    ...rows,
    '',
  ];
}
