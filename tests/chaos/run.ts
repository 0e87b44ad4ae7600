import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock as clock } from '@ballast/resilience/primitives';
import { concluded } from './concluded.ts';
import { exitCodes } from './conclusion.ts';
import { experiment } from './experiment.ts';
import type { InjectedFault } from './nemesis/nemesis.ts';
import { rollingRestarts } from './nemesis/rolling-restarts.ts';
import { runSchedule } from './nemesis/run-schedule.ts';
import { type ChaosOptions, readChaosOptions, titleOf, usage } from './run-options.ts';
import type { SystemUnderTest } from './system/system-under-test.ts';

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

const print = (line: string) => process.stdout.write(`${line}\n`);
const options = optionsOrExit();
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

let injected: readonly InjectedFault[] = [];
async function injectFaults(system: SystemUnderTest): Promise<void> {
  if (options.restarts > 0) await rollingRestarts(system, options.restarts, clock);
  else injected = await runSchedule(system, { ...options, clock, stopping: stopping.signal });
}

const title = titleOf(options);
print(title);
const findings = await experiment(options, injectFaults, print);
const { folder } = findings;
const { text, conclusion } = concluded({ title, injected, hasFaults: options.restarts === 0, findings });
writeFileSync(join(folder, 'report.txt'), text);
print(`\n${text}\nHistory, state and logs: ${folder}`);
process.exit(exitCodes[conclusion.outcome]);
