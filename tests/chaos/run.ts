import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { experiment, realTime } from './experiment.ts';
import { rollingRestarts } from './nemesis/rolling-restarts.ts';
import { runSchedule } from './nemesis/run-schedule.ts';
import type { Struck } from './nemesis/unleash.ts';
import { report } from './report.ts';
import { type ChaosOptions, readChaosOptions, titleOf, usage } from './run-options.ts';
import type { ChaoticSystem } from './system/chaotic-system.ts';

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

const say = (line: string) => process.stdout.write(`${line}\n`);
const options = optionsOrExit();
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

let struck: readonly Struck[] = [];
async function harm(system: ChaoticSystem): Promise<void> {
  if (options.restarts > 0) await rollingRestarts(system, options.restarts, realTime.wait);
  else struck = await runSchedule(system, { ...options, stopping: stopping.signal });
}

const title = titleOf(options);
say(title);
const findings = await experiment(options, harm, say);
const { folder, verdicts } = findings;
const text = report({ title, struck, ...findings });
writeFileSync(join(folder, 'report.txt'), text);
say(`\n${text}\nHistory, state and logs: ${folder}`);
const wasHurt = options.restarts > 0 || struck.some(({ missed }) => missed === undefined);
if (!wasHurt) say('Nothing was hurt, so nothing was proven.');
process.exit(wasHurt && verdicts.every(({ holds, checked }) => holds && checked > 0) ? 0 : 1);
