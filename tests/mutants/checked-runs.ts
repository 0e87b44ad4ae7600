import { join } from 'node:path';
import type { Outcome } from './outcome.ts';
import { installed, runProgram } from './program.ts';

/** Enough for every mutant of the list, and a second or two. */
const seeds = 240;
/** As short as a run can be that meets releases, expiries and sell-outs: it can't judge what it does not meet. */
const chaosOptions = '--minutes 0.5 --seed 1 --replicas 2 --rate 10 --port-base 4800'.split(' ');

/** A bounded number of simulated runs. */
export async function runSimulation(folder: string): Promise<Outcome> {
  const script = join(folder, 'tests/chaos/run-simulation.ts');
  const run = await runProgram([installed(folder, 'node'), script, '--seeds', String(seeds)], {
    cwd: folder,
    withinMs: 120_000,
  });
  const violations = [...run.output.matchAll(/^seed \d+: (I\d+) /gm)].map((match) => match[1] as string);
  return outcomeOf(run.output, { violations, isWhole: /^\d+ seeds from \d+/m.test(run.output) });
}

/** A short run against the real system. */
export async function runChaos(folder: string): Promise<Outcome> {
  const script = join(folder, 'tests/chaos/run.ts');
  const run = await runProgram([installed(folder, 'node'), script, ...chaosOptions], {
    cwd: folder,
    withinMs: 240_000,
  });
  const violations = [...run.output.matchAll(/^BROKEN (I\d+) /gm)].map((match) => match[1] as string);
  return outcomeOf(run.output, { violations, isWhole: /^(holds |BROKEN) I1 /m.test(run.output) });
}

/** A run that did not reach its verdict says nothing, whatever its exit code. */
function outcomeOf(
  output: string,
  { violations, isWhole }: { violations: readonly string[]; isWhole: boolean },
): Outcome {
  if (!isWhole) {
    const cause = output.split('\n').find((line) => /error/i.test(line));
    return { kind: 'broken', reason: `no verdict: ${cause ?? output.trim().split('\n').at(-1)}` };
  }
  if (violations.length === 0) return { kind: 'green' };
  return { kind: 'red', by: [...new Set(violations)].sort() };
}
