import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarios } from '@ballast/demo/scenarios/catalogue';
import { runScenario } from '@ballast/demo/scenarios/run-scenario';
import type { Scenario, Variant } from '@ballast/demo/scenarios/scenario';
import { openTheatre, type Theatre } from '@ballast/demo/scenarios/theatre';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let theatre: Theatre;
const folder = mkdtempSync(join(tmpdir(), 'ballast-scenarios-'));

beforeAll(async () => {
  process.env.BALLAST_DATA = folder;
  theatre = await openTheatre(15_760);
});
afterAll(async () => {
  await theatre?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function failuresOf(scenario: Scenario, variant: Variant): Promise<string[]> {
  const { checks } = await runScenario({ ...theatre, scenario, variant });
  return checks
    .filter(({ holds }) => !holds)
    .map(({ says, measured, expected }) => `${says}: ${measured}, expected ${expected}`);
}

describe.each(scenarios)('$title', (scenario) => {
  it('keeps its expectations', async ({ skip }) => {
    if (scenario.needs?.includes('redis') && !theatre.hasRedis) skip('no redis-server on PATH');
    expect(await failuresOf(scenario, 'protected')).toEqual([]);
  });

  it.runIf(scenario.naive)(`breaks without its protection`, async ({ skip }) => {
    if (scenario.needs?.includes('redis') && !theatre.hasRedis) skip('no redis-server on PATH');
    expect(await failuresOf(scenario, 'naive')).toEqual([]);
  });
});
