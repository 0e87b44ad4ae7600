import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BadOptionError, parseCommandLine } from '@ballast/demo/command-line';
import { isKilled, judgeAll, lineOf } from './judge.ts';
import { openLaboratory } from './laboratory.ts';
import { mutants } from './list/index.ts';
import type { Mutant } from './mutant.ts';
import { summaryOf, withResults } from './table.ts';

const usage = `Usage: pnpm test:mutants [options]

  --only <a,b>         mutants with one of these in their name (default: all ${mutants.length})
  --instrument <name>  unit, simulation or chaos alone (default: all three)
  --table <page>       writes the results into the table of this page
  --help               this text

Exit code 0 when every mutant is killed by what should kill it, 1 when one is not, 2 when the command makes no sense.
`;

type RunOptions = {
  readonly only: string;
  readonly instrument: string | undefined;
  readonly page: string | undefined;
};

function optionsOrExit(): RunOptions {
  try {
    const { values } = parseCommandLine(process.argv.slice(2), {
      options: {
        only: { type: 'string' },
        instrument: { type: 'string' },
        table: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const { only = '', instrument, table } = values;
    if (instrument !== undefined && !['unit', 'simulation', 'chaos'].includes(instrument))
      throw new BadOptionError(`--instrument takes unit, simulation or chaos, not "${instrument}"`);
    return { only, instrument, page: table };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function chosen({ only, instrument }: RunOptions): Mutant[] {
  return mutants
    .filter(({ id }) => only.split(',').some((text) => id.includes(text)))
    .map((mutant) => ({
      ...mutant,
      caughtBy: mutant.caughtBy.filter(
        (catcher) => (instrument ?? catcher.instrument) === catcher.instrument,
      ),
    }))
    .filter(({ caughtBy }) => caughtBy.length > 0);
}

const options = optionsOrExit();
const laboratory = openLaboratory();
// What is at work ends with this process, and its workspace is removed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const results = await judgeAll(chosen(options), laboratory, (result) =>
  process.stdout.write(`${lineOf(result)}\n`),
);
if (options.page !== undefined) {
  const page = resolve(options.page);
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), results, mutants));
}
process.stdout.write(`\n${summaryOf(results)}\n`);
laboratory.close();
process.exitCode = results.length > 0 && results.every(isKilled) ? 0 : 1;
