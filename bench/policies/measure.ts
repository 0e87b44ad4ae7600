import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { quantile } from '@ballast/resilience/primitives';
import type { Measures } from './report.ts';
import type { Sample } from './runner.ts';

const sampleNs = 25e6;
const warmUpNs = 400e6;

interface Runner {
  readonly name: string;
  readonly child: ChildProcess;
}

/** Runs `question` with every subject of a section, each of them in a process of its own. */
export async function withRunners<T>(
  section: string,
  names: readonly string[],
  question: (runners: readonly Runner[]) => Promise<T>,
): Promise<T> {
  // With a young generation of constant size the heap grows by what is allocated, whenever it is collected.
  const execArgv = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];
  const runners: Runner[] = [];
  try {
    for (const name of names) {
      const child = fork(new URL('./runner.ts', import.meta.url), [section, name], { execArgv });
      runners.push({ name, child });
      await once(child, 'message');
    }
    return await question(runners);
  } finally {
    for (const { child } of runners) child.kill();
  }
}

/** Time with one call and with 64 calls in flight, and what a call allocates. */
export function allMeasures(section: string, names: readonly string[], rounds: number): Promise<Measures> {
  return withRunners(section, names, async (runners) => ({
    'ns, one at a time': await times(runners, rounds, 1),
    'ns, 64 at a time': await times(runners, rounds, 64),
    bytes: await bytes(runners),
  }));
}

/** Medians over interleaved rounds, so that a machine that becomes slower does so for every subject. */
export async function times(
  runners: readonly Runner[],
  rounds: number,
  concurrency: number,
): Promise<Record<string, number>> {
  const plans: { runner: Runner; calls: number; samples: number[] }[] = [];
  for (const runner of runners) plans.push({ runner, calls: await warmUp(runner, concurrency), samples: [] });
  for (let round = 0; round < rounds; round++) {
    for (const { runner, calls, samples } of plans) {
      samples.push(await ask(runner, { measure: 'ns', calls, concurrency }));
    }
  }
  return Object.fromEntries(plans.map(({ runner, samples }) => [runner.name, median(samples)]));
}

/** Runs until the code is compiled, and returns how many calls make a sample. */
async function warmUp(runner: Runner, concurrency: number): Promise<number> {
  let nsPerCall = 0;
  for (let calls = concurrency, spentNs = 0; spentNs < warmUpNs; calls *= 2) {
    nsPerCall = await ask(runner, { measure: 'ns', calls, concurrency });
    spentNs += nsPerCall * calls;
  }
  return Math.ceil(sampleNs / nsPerCall / concurrency) * concurrency;
}

/** The bytes that each of a thousand subjects holds after `calls` calls. */
export function held(
  section: string,
  names: readonly string[],
  calls: number,
): Promise<Record<string, number>> {
  return withRunners(section, names, async (runners) => {
    const measured: Record<string, number> = {};
    for (const runner of runners) measured[runner.name] = await ask(runner, { measure: 'held', calls });
    return measured;
  });
}

async function bytes(runners: readonly Runner[]): Promise<Record<string, number>> {
  const measured: Record<string, number> = {};
  for (const runner of runners) {
    const samples: number[] = [];
    for (let i = 0; i < 9; i++) samples.push(await ask(runner, { measure: 'bytes', calls: 400 }));
    measured[runner.name] = median(samples);
  }
  return measured;
}

async function ask({ child }: Runner, sample: Sample): Promise<number> {
  const answer = once(child, 'message');
  child.send(sample);
  const [value] = (await answer) as [number];
  return value;
}

const median = (values: readonly number[]): number => quantile(values, 0.5) ?? Number.NaN;
