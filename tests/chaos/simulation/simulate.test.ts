import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';
import { type Simulation, simulate } from './simulate.ts';
import { type Situation, situations, situationsOf } from './situations.ts';

const seeds = 1000;
const seedsPerBug = 300;

function violationsOf({ seed, broken }: Simulation): string[] {
  return broken.map(({ id, violations: [first] }) => `pnpm chaos:simulate --seed ${seed}: ${id} ${first}`);
}

describe('the simulation', () => {
  it('is the same, event by event, for the same seed', async () => {
    const [one, other] = [await simulate(42), await simulate(42)];
    expect(one.history.length).toBeGreaterThan(20);
    expect(other.history).toEqual(one.history);
    expect(other.events).toBe(one.events);
  });

  it(`finds no broken invariant in ${seeds} seeds, and reaches every situation that matters`, {
    timeout: 300_000,
  }, async () => {
    const violations: string[] = [];
    const seen = new Set<Situation>();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const run = await simulate(seed);
      violations.push(...violationsOf(run));
      for (const situation of situationsOf(run)) seen.add(situation);
      await setImmediate();
    }
    expect(violations).toEqual([]);
    expect(situations.filter((situation) => !seen.has(situation))).toEqual([]);
  });

  it.each(plantedBugs)('turns $breaks red when $name', { timeout: 60_000 }, async ({ breaks, plant }) => {
    for (let seed = 1; seed <= seedsPerBug; seed += 1) {
      const { broken } = await simulate(seed, { plant });
      if (broken.some(({ id }) => id === breaks)) return;
      await setImmediate();
    }
    expect.fail(`${seedsPerBug} seeds did not break ${breaks}`);
  });
});
