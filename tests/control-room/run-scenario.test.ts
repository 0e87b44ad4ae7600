import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runScenario, type Scenario, share } from '@ballast/demo/scenarios';
import {
  openStage,
  openSwitches,
  type Stage,
  type Switches,
  type SystemView,
  watchSystem,
} from '@ballast/demo/stage';
import { topologyAt } from '@ballast/demo/topology';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStubSystem, type StubSystem } from './stub-system.ts';

const topology = topologyAt(15_780);
const folder = mkdtempSync(join(tmpdir(), 'ballast-run-'));
const flagsFile = join(folder, 'flags.json');
const template = resolve(import.meta.dirname, '../../infra/flags/flags.json');

let system: StubSystem;
let switches: Switches;
let stage: Stage;
let view: SystemView;
let closing: AbortController;

beforeEach(async () => {
  copyFileSync(template, flagsFile);
  system = await openStubSystem(topology, { intervalMs: 100 });
  switches = openSwitches(flagsFile);
  closing = new AbortController();
  const { supervisor } = system;
  const logger = { info() {}, warn() {} };
  view = watchSystem({ topology, supervisor, probes: {}, signal: closing.signal });
  stage = openStage({ topology, supervisor, chaosToken: 'stub', switches, logger, onMark() {} });
});
afterEach(async () => {
  closing.abort();
  switches.close();
  await system.close();
  rmSync(join(folder, 'flags.json'));
});

const scenario: Scenario = {
  name: 'stubbed',
  title: 'Stubbed',
  breaks: 'Recommendation is killed.',
  heals: 'It is started by whoever cleans up.',
  load: { ordersPerSecond: 33 },
  brokenFromMs: 1500,
  brokenToMs: 3000,
  durationMs: 3500,
  steps: [{ atMs: 1500, says: 'killed', act: (on) => on.kill('recommendation') }],
  steadyState: [{ says: 'live', unit: 'share', measure: share(['live'], 'before'), atLeast: 0.9 }],
  faultSeen: [{ says: 'live', unit: 'share', measure: share(['live'], 'during', 250), atMost: 0.1 }],
  expects: [
    {
      says: 'cached',
      unit: 'share',
      measure: share(['cached'], 'during', 250),
      atLeast: 0.9,
      naive: { atMost: 0.1 },
    },
  ],
  naive: {
    without: ['breaker'],
    says: 'Nothing else happens.',
  },
};

const statusOf = (name: string) => system.supervisor.status().find((process) => process.name === name)?.state;

it('judges what was seen, and leaves the system as it found it', async () => {
  const result = await runScenario({ topology, stage, view, scenario, variant: 'protected' });
  expect(result.checks).toMatchObject([{ says: 'cached', holds: true }]);
  expect(result.verdict).toBe('as declared');
  expect(statusOf('recommendation')).toBe('up');
  const rates = system.deeds.filter((deed) => deed.startsWith('PUT /rate'));
  expect(rates.map((deed) => JSON.parse(deed.slice(deed.indexOf('{'))).ordersPerSecond)).toEqual([33, 20]);
});

it('switches protections off for the naive variant, on again afterwards, and reports when nothing breaks', async () => {
  const during: boolean[] = [];
  const onStep = () => void during.push(switches.read()['protection.breaker']);
  const result = await runScenario({ topology, stage, view, scenario, variant: 'naive', onStep });
  expect(during).toEqual([false]);
  expect(result.verdict).toBe('not as declared');
  await expect.poll(() => switches.read()['protection.breaker']).toBe(true);
});

it('waits until answers are live again before it begins', async () => {
  await system.supervisor.kill('recommendation');
  await expect.poll(() => view.stats()?.orders.outcomes.cached).toBeGreaterThan(0);
  const isLiveAtStep: boolean[] = [];
  const onStep = () => void isLiveAtStep.push(statusOf('recommendation') === 'up');
  setTimeout(() => void system.supervisor.start('recommendation'), 3000);
  const result = await runScenario({ topology, stage, view, scenario, variant: 'protected', onStep });
  expect(isLiveAtStep).toEqual([true]);
  expect(result.verdict).toBe('as declared');
});

it('gives no verdict about a system that was ill before, nor about a fault that did not come', async () => {
  const steps = [
    { atMs: 100, says: 'killed', act: (on: Stage) => on.kill('recommendation') },
    { atMs: 1500, says: 'started', act: (on: Stage) => on.start('recommendation') },
  ];
  const ill = { ...scenario, steps };
  const before = await runScenario({ topology, stage, view, scenario: ill, variant: 'protected' });
  expect(before.verdict).toBe('no verdict');
  expect(before.reason).toContain('Before the fault: live: ');
  const unharmed = { ...scenario, steps: [] };
  const never = await runScenario({ topology, stage, view, scenario: unharmed, variant: 'protected' });
  expect(never.verdict).toBe('no verdict');
  expect(never.reason).toContain('The fault was not seen: live: 100 %');
});

it('puts everything back when a step fails', async () => {
  const broken: Scenario = {
    ...scenario,
    steps: [
      ...scenario.steps,
      { atMs: 1600, says: 'fails', act: () => Promise.reject(new Error('no such thing')) },
    ],
  };
  await expect(
    runScenario({ topology, stage, view, scenario: broken, variant: 'protected' }),
  ).rejects.toThrow('no such thing');
  expect(statusOf('recommendation')).toBe('up');
});

it('puts everything back when it is stopped', async () => {
  const stop = new AbortController();
  const onStep = () => stop.abort();
  const run = runScenario({ topology, stage, view, scenario, variant: 'naive', onStep, signal: stop.signal });
  await expect(run).rejects.toThrow();
  expect(statusOf('recommendation')).toBe('up');
  await expect.poll(() => switches.read()['protection.breaker']).toBe(true);
});

it('leaves a switch off that was off before, and resumes what it stalled, a database too', async () => {
  const steps = [{ atMs: 1500, says: 'stalled', act: (on: Stage) => on.stall('postgres', 60_000) }];
  const isSheddingOn = () => switches.read()['protection.shedding'];
  await stage.setSwitches({ 'protection.shedding': false });
  await expect.poll(isSheddingOn).toBe(false);
  await runScenario({ topology, stage, view, scenario: { ...scenario, steps }, variant: 'protected' });
  expect(statusOf('postgres')).toBe('up');
  await expect.poll(isSheddingOn).toBe(false);
});

it('drops a fault together with the process that had it', async () => {
  await stage.fault('recommendation', 'garbage', 60_000);
  expect(stage.faults()).toMatchObject([{ target: 'recommendation' }]);
  await system.supervisor.kill('recommendation');
  expect(stage.faults()).toEqual([]);
});
