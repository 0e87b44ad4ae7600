import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { UnitTest } from './mutant.ts';
import type { Outcome } from './outcome.ts';
import { installed, runProgram } from './program.ts';

/** Longer than the longest patience of a single test. */
const withinMs = 120_000;

/** What vitest writes, as far as it is read here. */
type VitestReport = {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: 'passed' | 'failed' | 'pending' | 'skipped' | 'todo';
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

/**
 * Runs one test of a service by its title. If it goes red by anything but an assertion, it has not judged the mutant:
 * a source that can't be loaded makes every test red.
 */
export async function runUnitTest(folder: string, { file, title }: UnitTest): Promise<Outcome> {
  const [, service = '', ...rest] = file.split('/');
  const cwd = join(folder, 'services', service);
  const reportFile = join(cwd, 'test-results-mutants.json');
  rmSync(reportFile, { force: true });
  const { output } = await runProgram(
    [
      installed(folder, 'vitest'),
      'run',
      rest.join('/'),
      `--testNamePattern=${escaped(title)}$`,
      '--reporter=json',
      `--outputFile=${reportFile}`,
    ],
    { cwd, withinMs },
  );
  if (!existsSync(reportFile)) return { kind: 'broken', reason: lastLineOf(output) };
  return outcomeOf(JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport, title);
}

/** What the report of a run says of this test, which may have run once for each kind of store. */
export function outcomeOf({ testResults }: VitestReport, wanted: string): Outcome {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const runs = results.filter(({ title, status }) => title === wanted && /passed|failed/.test(status));
  if (runs.length === 0) {
    const message = testResults.map((result) => result.message).find((text) => text !== '');
    return {
      kind: 'broken',
      reason: message?.split('\n')[0] ?? `no test has run that is called "${wanted}"`,
    };
  }
  const messages = runs.flatMap(({ failureMessages }) => failureMessages);
  if (messages.some(isAssertion)) return { kind: 'red', by: [wanted] };
  if (runs.every(({ status }) => status === 'passed')) return { kind: 'green' };
  return { kind: 'broken', reason: `not red by an assertion: ${messages[0]?.split('\n')[0]}` };
}

/** A failed `expect`, or an `eventually` that has waited long enough. Broken SQL is neither, whoever expects what. */
function isAssertion(message: string): boolean {
  if (/syntax error at or near|(column|relation|function) .* does not exist/.test(message)) return false;
  return /^(Assertion)?Error: expected |^AssertionError|^Error: .*: not within \d+ ms; last:/.test(message);
}

const escaped = (title: string): string => title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const lastLineOf = (output: string): string => output.trim().split('\n').at(-1) ?? '';
