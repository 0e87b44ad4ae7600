import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openScenarioEnvironment,
  runUntilVerdict,
  type Scenario,
  type ScenarioEnvironment,
  scenarios,
  type Variant,
} from '@ballast/demo/scenarios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let environment: ScenarioEnvironment;
const folder = mkdtempSync(join(tmpdir(), 'ballast-scenarios-'));

beforeAll(async () => {
  process.env.BALLAST_DATA = folder;
  environment = await openScenarioEnvironment(15_760);
});
afterAll(async () => {
  await environment?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function failuresOf(scenario: Scenario, variant: Variant): Promise<string[]> {
  const { verdict, reason, checks } = await runUntilVerdict({ ...environment, scenario, variant });
  if (verdict === 'no verdict') return [`no verdict: ${reason}`];
  return checks
    .filter(({ isAsDeclared }) => !isAsDeclared)
    .map(
      ({ says, measured, expected, declared }) => `${says}: ${measured} (${expected}), declared: ${declared}`,
    );
}

describe.each(scenarios)('$title', (scenario) => {
  it('keeps its expectations', async ({ skip }) => {
    if (scenario.needs?.includes('redis') && !environment.hasRedis) skip('no redis-server on PATH');
    expect(await failuresOf(scenario, 'protected')).toEqual([]);
  });

  it('breaks what is declared, and only that, without its protection', async ({ skip }) => {
    if (scenario.needs?.includes('redis') && !environment.hasRedis) skip('no redis-server on PATH');
    expect(await failuresOf(scenario, 'naive')).toEqual([]);
  });
});
