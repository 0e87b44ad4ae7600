import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { type ChaosOptions, readChaosOptions, usage } from './run-options.ts';

function optionsOrExit(): ChaosOptions {
  try {
    const options = readChaosOptions(process.argv.slice(2));
    if (options) return options;
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const options = optionsOrExit();
const { minutes, seed, replicas, rate } = options;
const title = `pnpm chaos --minutes ${minutes} --seed ${seed} --replicas ${replicas} --rate ${rate}`;
process.stdout.write(`${title}\n`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
const run = await runChaos(options, {
  say: (line) => process.stdout.write(`${line}\n`),
  stopping: stopping.signal,
});
const text = report({ title, ...run });
writeFileSync(join(run.folder, 'report.txt'), text);
process.stdout.write(`\n${text}\nHistory, state and logs: ${run.folder}\n`);
process.exit(run.verdicts.every(({ holds }) => holds) ? 0 : 1);
