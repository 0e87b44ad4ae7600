import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { scenarioNamed, scenarios } from './catalogue.ts';
import { openScenarioEnvironment, type ScenarioEnvironment } from './environment.ts';
import { evidenceOf, type ScenarioEvidence } from './evidence.ts';
import { pictureOf } from './picture.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import type { Scenario, Variant } from './scenario.ts';

const usage = `Usage: pnpm scenario <name...> | all [options]

  --variant <which>    protected, naive or both (default both)
  --picture <file>     where the picture goes (default .ballast/<port-base>/pictures/<name>.svg)
  --evidence <file>    keep what was measured, with and without, as a page
  --port-base <port>   first port of the system that is started for it (default 4200)
  --help               this text

${scenarios.map(({ name, title }) => `  ${name.padEnd(24)} ${title}`).join('\n')}
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function readArguments() {
  try {
    return parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== '--'),
      allowPositionals: true,
      options: {
        variant: { type: 'string', default: 'both' },
        picture: { type: 'string' },
        evidence: { type: 'string' },
        'port-base': { type: 'string', default: '4200' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return endWith(2, (error as Error).message);
  }
}

function endWith(code: number, text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

function variantsOf(scenario: Scenario, wanted: string): Variant[] {
  if (!['protected', 'naive', 'both'].includes(wanted))
    endWith(2, '--variant takes protected, naive or both');
  if (wanted === 'naive' && !scenario.naive) endWith(2, `${scenario.name} has no naive variant`);
  const all: Variant[] = scenario.naive ? ['protected', 'naive'] : ['protected'];
  return all.filter((variant) => wanted === 'both' || wanted === variant);
}

async function runVariant(
  environment: ScenarioEnvironment,
  scenario: Scenario,
  variant: Variant,
): Promise<ScenarioResult> {
  say(
    variant === 'naive'
      ? `\nWithout ${scenario.naive?.without.join(', ')}`
      : `\n${scenario.title}\n${scenario.breaks}`,
  );
  const startedAt = Date.now();
  const onStep = (says: string) =>
    say(`  ${((Date.now() - startedAt) / 1000).toFixed(0).padStart(3)} s  ${says}`);
  const result = await runScenario({ ...environment, scenario, variant, onStep });
  for (const { holds, says, measured, expected } of result.checks)
    say(`  ${holds ? 'yes' : 'NO '}  ${says}: ${measured} (${expected})`);
  say(result.isAsDeclared ? '  as declared' : '  NOT AS DECLARED');
  return result;
}

function keepPicture(results: readonly ScenarioResult[], file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pictureOf(results));
  say(`\nPicture: ${file}`);
}

function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.includes('all')) return scenarios;
  return names.map(
    (name) => scenarioNamed(name) ?? endWith(2, `There is no scenario "${name}".\n\n${usage}`),
  );
}

async function runVariants(
  environment: ScenarioEnvironment,
  scenario: Scenario,
  variants: readonly Variant[],
): Promise<ScenarioEvidence> {
  const results: ScenarioResult[] = [];
  for (const variant of variants) results.push(await runVariant(environment, scenario, variant));
  return { scenario, results };
}

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  const wanted = chosen(positionals);
  if (values.help || wanted.length === 0) {
    say(usage);
    return values.help ? 0 : 2;
  }
  if (values.picture && wanted.length > 1) endWith(2, '--picture is for one scenario');
  const plan = wanted.map((scenario) => ({ scenario, variants: variantsOf(scenario, values.variant) }));
  say('Starting a system of its own');
  const environment = await openScenarioEnvironment(Number(values['port-base']));
  const stop = () => void environment.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const runs: ScenarioEvidence[] = [];
    for (const { scenario, variants } of plan) {
      const one = await runVariants(environment, scenario, variants);
      const file = values.picture ?? join(environment.picturesFolder, `${scenario.name}.svg`);
      keepPicture(one.results, resolve(file));
      runs.push(one);
    }
    if (values.evidence) writeFileSync(values.evidence, evidenceOf(runs));
    return runs.every(({ results }) => results.every(({ isAsDeclared }) => isAsDeclared)) ? 0 : 1;
  } finally {
    await environment.close();
  }
}

process.exit(await main());
