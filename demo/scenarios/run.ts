import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BadOptionError, parseCommandLine } from '../command-line.ts';
import { portBaseOption } from '../run-options.ts';
import { scenarioNamed, scenarios } from './catalogue.ts';
import type { CheckResult } from './check-result.ts';
import { openScenarioEnvironment, type ScenarioEnvironment } from './environment.ts';
import { evidenceOf, type ScenarioEvidence } from './evidence.ts';
import { pictureOf } from './picture.ts';
import { runUntilVerdict, type ScenarioResult } from './run-scenario.ts';
import type { Scenario, Variant } from './scenario.ts';

const defaultPortBase = 4200;

const usage = `Usage: pnpm scenario <name...> | all [options]

  --variant <which>    protected, naive or both (default both)
  --picture <file>     where the picture goes (default .ballast/<port-base>/pictures/<name>.svg)
  --evidence <file>    keep what was measured, with and without, as a page
  --port-base <port>   first port of the system that is started for it (default ${defaultPortBase})
  --help               this text

${scenarios.map(({ name, title }) => `  ${name.padEnd(24)} ${title}`).join('\n')}
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function readArguments() {
  const { values, positionals } = parseCommandLine(process.argv.slice(2), {
    allowPositionals: true,
    options: {
      variant: { type: 'string', default: 'both' },
      picture: { type: 'string' },
      evidence: { type: 'string' },
      'port-base': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { ...values, portBase: portBaseOption(values['port-base'], defaultPortBase), names: positionals };
}

function variantsOf(wanted: string): readonly Variant[] {
  if (wanted === 'both') return ['protected', 'naive'];
  if (wanted === 'protected' || wanted === 'naive') return [wanted];
  throw new BadOptionError(`--variant takes protected, naive or both, not "${wanted}"`);
}

async function runVariant(
  environment: ScenarioEnvironment,
  scenario: Scenario,
  variant: Variant,
): Promise<ScenarioResult> {
  say(
    variant === 'naive'
      ? `\nWithout ${scenario.naive.without.join(', ')}\n${scenario.naive.says}`
      : `\n${scenario.title}\n${scenario.breaks}`,
  );
  const startedAt = Date.now();
  const onStep = (says: string) =>
    say(`  ${((Date.now() - startedAt) / 1000).toFixed(0).padStart(3)} s  ${says}`);
  const result = await runUntilVerdict({ ...environment, scenario, variant, onStep });
  for (const check of result.checks) say(`  ${lineOf(check)}`);
  say(`  ${result.verdict === 'as declared' ? 'as declared' : result.verdict.toUpperCase()}`);
  if (result.reason) say(`  ${result.reason}`);
  return result;
}

const lineOf = ({ holds, isAsDeclared, says, measured, expected, declared }: CheckResult): string =>
  `${isAsDeclared === false ? '!' : ' '} ${(holds ? 'holds' : 'breaks').padEnd(6)}  ${says}: ${measured} (${expected}; declared: ${declared})`;

function keepPicture(results: readonly ScenarioResult[], file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pictureOf(results));
  say(`\nPicture: ${file}`);
}

function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.includes('all')) return scenarios;
  return names.map((name) => {
    const scenario = scenarioNamed(name);
    if (!scenario) throw new BadOptionError(`There is no scenario "${name}".\n\n${usage}`);
    return scenario;
  });
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
  const values = readArguments();
  const wanted = chosen(values.names);
  if (values.help || wanted.length === 0) {
    say(usage);
    return values.help ? 0 : 2;
  }
  if (values.picture && wanted.length > 1) throw new BadOptionError('--picture is for one scenario');
  const variants = variantsOf(values.variant);
  say('Starting a system of its own');
  const environment = await openScenarioEnvironment(values.portBase);
  const stop = () => void environment.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const runs: ScenarioEvidence[] = [];
    for (const scenario of wanted) {
      const one = await runVariants(environment, scenario, variants);
      const file = values.picture ?? join(environment.picturesFolder, `${scenario.name}.svg`);
      keepPicture(one.results, resolve(file));
      runs.push(one);
    }
    if (values.evidence) writeFileSync(values.evidence, evidenceOf(runs));
    return runs.every(({ results }) => results.every(({ verdict }) => verdict === 'as declared')) ? 0 : 1;
  } finally {
    await environment.close();
  }
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(error instanceof BadOptionError ? 2 : 1);
}
