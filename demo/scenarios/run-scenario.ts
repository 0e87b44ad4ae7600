import { setTimeout as delay } from 'node:timers/promises';
import { edgePictures } from '../stage/edges.ts';
import type { DependencyReport } from '../stage/reports.ts';
import type { Stage } from '../stage/stage.ts';
import type { SystemView } from '../stage/system-view.ts';
import type { Topology } from '../topology.ts';
import { type Judgement, judgeRun } from './judge.ts';
import type { Recording, Sample } from './recording.ts';
import type { Scenario, Step, Variant } from './scenario.ts';
import { restore, setUp } from './set-up.ts';

export interface RunScenarioOptions {
  readonly topology: Topology;
  readonly view: SystemView;
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly variant: Variant;
  /** Called at each step. */
  readonly onStep?: (says: string) => void;
  /** Ends the run early; everything is put back all the same. */
  readonly signal?: AbortSignal | undefined;
}

export interface ScenarioResult extends Judgement {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly recording: Recording;
}

/** Runs one variant of a scenario on the running system and judges what was seen. */
export async function runScenario(options: RunScenarioOptions): Promise<ScenarioResult> {
  const { scenario, variant, stage, view, signal } = options;
  const previous = await setUp(stage, view, scenario, variant, signal);
  try {
    const recorder = record(options);
    let brokenToMs = scenario.brokenToMs;
    try {
      brokenToMs = await performSteps(scenario, options);
    } finally {
      recorder.stop();
    }
    const { brokenFromMs, durationMs } = scenario;
    const recording = { samples: recorder.samples, brokenFromMs, brokenToMs, durationMs };
    return { scenario, variant, recording, ...judgeRun(scenario, variant, recording) };
  } finally {
    await restore(stage, view, previous);
  }
}

const maxRuns = 3;

/** Runs a variant until there is a verdict, a few times at most: a busy machine or a slow start is no result. */
export async function runUntilVerdict(options: RunScenarioOptions): Promise<ScenarioResult> {
  for (let runs = 1; ; runs += 1) {
    const result = await runScenario(options);
    if (result.verdict !== 'no verdict' || runs === maxRuns) return result;
    options.onStep?.(`No verdict, once more. ${result.reason}`);
  }
}

/**
 * Performs the steps; their times are counted from one start, so a slow step delays no other.
 *
 * @returns when what was broken had returned, as the scenario says or later.
 * @throws the error of the first step that failed, at the end of the run.
 */
async function performSteps(
  { steps, brokenToMs, durationMs }: Scenario,
  { stage, onStep, signal }: RunScenarioOptions,
): Promise<number> {
  const startedAt = performance.now();
  const until = (atMs: number) =>
    delay(Math.max(0, atMs - (performance.now() - startedAt)), undefined, { signal });
  const acts: Promise<unknown>[] = [];
  let returnedAtMs = brokenToMs;
  const act = async ({ act: run, isReturn }: Step): Promise<void> => {
    await run(stage);
    if (isReturn) returnedAtMs = performance.now() - startedAt;
  };
  for (const step of steps) {
    await until(step.atMs);
    onStep?.(step.says);
    acts.push(
      act(step).then(
        () => null,
        (error) => error ?? new Error(step.says),
      ),
    );
  }
  await until(durationMs);
  const failure = (await Promise.all(acts)).find((outcome) => outcome !== null);
  if (failure) throw failure;
  return returnedAtMs;
}

function record({ topology, view }: RunScenarioOptions): { samples: Sample[]; stop: () => void } {
  const startedAt = Date.now();
  const samples: Sample[] = [];
  const stop = view.onStats((stats, orders) => {
    samples.push({
      atMs: stats.at - startedAt,
      stats,
      latenciesMs: orders.map(({ latencyMs }) => latencyMs),
      edges: edgePictures(topology, view),
      retries: countsOf(view, ({ policies }) => policies.retry?.retries ?? 0),
      letThrough: countsOf(view, ({ calls, rejections }) => calls.total - sum(rejections ?? {})),
      down: downIn(view),
    });
  });
  return { samples, stop };
}

const downIn = (view: SystemView): string[] =>
  (view.processes() ?? []).flatMap(({ name, state }) => (state === 'down' ? [name] : []));

function countsOf(view: SystemView, count: (report: DependencyReport) => number): Record<string, number> {
  const reports = view.service('orders')?.report.dependencies ?? [];
  return Object.fromEntries(reports.map((report) => [`orders->${report.name}`, count(report)]));
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);
