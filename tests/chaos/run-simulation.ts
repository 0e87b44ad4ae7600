import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { HistoryEntry } from './history/entry.ts';
import { type Simulation, simulate } from './simulation/simulate.ts';

const usage = `Usage: pnpm chaos:simulate [options]

  --seeds <n>   how many seeds (default 1000)
  --from <n>    the first seed (default 1)
  --seed <n>    this one alone, with every event
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) process.stdout.write(usage);
else if (values.seed !== undefined) process.exitCode = await printOne(Number(values.seed));
else process.exitCode = await runMany(Number(values.from ?? 1), Number(values.seeds ?? 1000));

async function runMany(from: number, seeds: number): Promise<number> {
  const begin = performance.now();
  let [failed, orders] = [0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await simulate(seed);
    orders += run.databases.orders.orders.size;
    if (run.broken.length > 0) failed += 1;
    for (const line of violationsOf(run)) process.stdout.write(`${line}\n`);
    await setImmediate();
  }
  const minutes = (performance.now() - begin) / 60_000;
  process.stdout.write(
    `${seeds} seeds from ${from}, ${orders} orders, ${Math.round(seeds / minutes)} seeds per minute: ` +
      `${failed === 0 ? 'every invariant holds' : `${failed} BROKEN`}\n`,
  );
  return failed === 0 ? 0 : 1;
}

async function printOne(seed: number): Promise<number> {
  const lines: [number, string][] = [];
  const run = await simulate(seed, { onTrace: (line, at) => lines.push([at, line]) });
  lines.push(...run.history.map((entry): [number, string] => [entry.at, lineOf(entry)]));
  for (const [at, line] of lines.sort(([a], [b]) => a - b))
    process.stdout.write(`${at.toFixed(1).padStart(9)}  ${line}\n`);
  process.stdout.write(
    `${JSON.stringify(run.conditions)}\n${violationsOf(run).join('\n') || 'every invariant holds'}\n`,
  );
  return run.broken.length === 0 ? 0 : 1;
}

function violationsOf({ seed, broken }: Simulation): string[] {
  return broken.flatMap(({ id, violations }) =>
    violations.map((violation) => `seed ${seed}: ${id} ${violation}`),
  );
}

function lineOf({ at: _at, ...entry }: HistoryEntry): string {
  return `client ${JSON.stringify(entry)}`;
}
