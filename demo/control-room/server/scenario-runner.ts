import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem } from '@ballast/service-kit/problem';
import type { Supervisor } from '@ballast/supervisor';
import express, { type Router } from 'express';
import { scenarioNamed, scenarios } from '../../scenarios/catalogue.ts';
import { unjudged } from '../../scenarios/judge.ts';
import { pictureOf } from '../../scenarios/picture.ts';
import { runScenario, type ScenarioResult } from '../../scenarios/run-scenario.ts';
import type { Scenario, Variant } from '../../scenarios/scenario.ts';
import type { Stage, StageLogger } from '../../stage/stage.ts';
import type { SystemView } from '../../stage/system-view.ts';
import type { SupervisedName, Topology } from '../../topology.ts';
import type { ScenarioCard, ScenarioRun } from '../protocol.ts';
import type { RoomState } from './room-state.ts';

export interface ScenarioRunnerOptions {
  readonly topology: Topology;
  readonly view: SystemView;
  readonly stage: Stage;
  readonly state: RoomState;
  readonly supervisor: Supervisor<SupervisedName> | undefined;
  readonly folder: string;
  readonly logger: StageLogger;
}

/** Runs one scenario at a time for the page. */
export interface ScenarioRunner {
  cards(): ScenarioCard[];
  run(name: string, variant: Variant): void;
  stop(): Promise<void>;
  pictures(): Router;
}

export function openScenarioRunner(options: ScenarioRunnerOptions): ScenarioRunner {
  const { state, supervisor, folder, logger } = options;
  const latest = new Map<string, ScenarioResult>();
  let running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  async function runVariant(scenario: Scenario, variant: Variant, signal: AbortSignal): Promise<void> {
    let run = newRun(scenario, variant);
    const show = (change: Partial<ScenarioRun>) => {
      run = { ...run, ...change };
      state.showScenario(run);
    };
    show({});
    try {
      const onStep = (step: string) => show({ step });
      const result = await runScenario({ ...options, scenario, variant, onStep, signal });
      latest.set(`${scenario.name}/${variant}`, result);
      show({ ...verdictOf(result), picture: keepPicture(scenario) });
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, scenario: scenario.name }, 'a scenario did not finish');
      show({ state: 'stopped', step: '' });
    }
  }

  function keepPicture(scenario: Scenario): string {
    const results = (['protected', 'naive'] as const).flatMap(
      (variant) => latest.get(`${scenario.name}/${variant}`) ?? [],
    );
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${scenario.name}.svg`), pictureOf(results));
    return `/pictures/${scenario.name}.svg`;
  }

  return {
    cards: () => scenarios.map((scenario) => cardOf(scenario, supervisor)),
    run(name, variant) {
      const scenario = scenarioNamed(name);
      if (!scenario) throw problem(404, 'unknown-scenario', 'There is no such scenario');
      const reason = reasonNotToRun(scenario, supervisor);
      if (reason) throw problem(409, 'not-possible-here', reason);
      if (running) throw problem(409, 'busy', 'One scenario at a time: another one is running');
      logger.info({ action: 'scenario', scenario: name, variant }, 'action on the system');
      const abort = new AbortController();
      const ended = runVariant(scenario, variant, abort.signal).finally(() => {
        running = null;
      });
      running = { abort, ended };
    },
    async stop() {
      running?.abort.abort();
      await running?.ended;
    },
    pictures: () => pictureRoutes(folder),
  };
}

const newRun = (scenario: Scenario, variant: Variant): ScenarioRun => ({
  name: scenario.name,
  title: scenario.title,
  variant,
  state: 'running',
  startedAt: Date.now(),
  durationMs: scenario.durationMs,
  step: 'Waits until the system is calm',
  checks: scenario.expects.map((check) => unjudged(check, variant)),
  verdict: null,
  reason: null,
  picture: null,
});

const verdictOf = ({ checks, verdict, reason }: ScenarioResult) => ({
  state: 'done' as const,
  step: '',
  checks,
  verdict,
  reason,
});

const cardOf = (scenario: Scenario, supervisor: Supervisor<SupervisedName> | undefined): ScenarioCard => ({
  name: scenario.name,
  title: scenario.title,
  breaks: scenario.breaks,
  expects: scenario.expects.map(({ says }) => says),
  heals: scenario.heals,
  durationMs: scenario.durationMs,
  naive: scenario.naive.says,
  unavailable: reasonNotToRun(scenario, supervisor),
});

function reasonNotToRun(
  { needs = [] }: Scenario,
  supervisor: Supervisor<SupervisedName> | undefined,
): string | null {
  if (needs.includes('supervisor') && !supervisor)
    return 'needs the embedded demo: containers have to be started by hand';
  const redis = supervisor?.status().find(({ name }) => name === 'redis');
  if (needs.includes('redis') && redis?.state === 'absent') return 'needs redis-server on PATH';
  return null;
}

/** Pictures of finished runs. Opened as a document of its own, so it may style itself and nothing else. */
function pictureRoutes(folder: string): Router {
  const pictures = express.Router();
  pictures.get('/:file', (request, response, next) => {
    const name = request.params.file.replace(/\.svg$/, '');
    if (!scenarioNamed(name)) return next();
    response.set(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    response.sendFile(`${name}.svg`, { root: folder, cacheControl: false }, (error) => error && next());
  });
  return pictures;
}
