import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenarios } from './catalogue.ts';
import { inWords, unjudged } from './judge.ts';
import type { Bounds, Expectation } from './scenario.ts';
import { healthy } from './steady-state.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'scenarios.md'), 'utf8');
const evidence = readFileSync(join(docs, 'evidence.md'), 'utf8');

test('names are unique', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});

const lineOf = ({ says, unit, ...bounds }: Expectation): string => `- ${says}: ${inWords(bounds, unit)}\n`;

/** Whether a value could be within both. */
function overlap(one: Bounds, other: Bounds): boolean {
  const lowest = Math.max(one.atLeast ?? -Infinity, other.atLeast ?? -Infinity);
  return lowest <= Math.min(one.atMost ?? Infinity, other.atMost ?? Infinity);
}

test('what every scenario demands stands on the page', () => {
  for (const demand of healthy) expect(page).toContain(lineOf(demand));
});

describe.each(scenarios)('$name', (scenario) => {
  test('has a baseline, a fault and a recovery, in that order', () => {
    const { brokenFromMs, brokenToMs, durationMs, steps } = scenario;
    expect(brokenFromMs).toBeGreaterThanOrEqual(4000);
    expect(brokenToMs).toBeGreaterThan(brokenFromMs);
    expect(durationMs - brokenToMs).toBeGreaterThanOrEqual(6000);
    const times = steps.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times).toContain(brokenFromMs);
  });

  test('every expectation has a bound, and says what it measures', () => {
    const { steadyState, faultSeen, expects } = scenario;
    for (const demands of [steadyState, faultSeen, expects]) {
      expect(demands.length).toBeGreaterThan(0);
      for (const { says, atLeast, atMost } of demands) {
        expect(says).not.toBe('');
        expect(atLeast ?? atMost).toBeDefined();
      }
    }
    expect(new Set(expects.map(({ says }) => says)).size).toBe(expects.length);
  });

  test('demands that the whole system is well before it breaks something', () => {
    expect(scenario.steadyState).toEqual(expect.arrayContaining([...healthy]));
  });

  test('differs without its protections in something that is measured, by more than the bound itself', () => {
    const breaks = scenario.expects.flatMap(({ naive, ...check }) =>
      typeof naive === 'object' ? [{ naive, check }] : [],
    );
    expect(breaks.length).toBeGreaterThan(0);
    for (const { naive, check } of breaks) expect(overlap(naive, check), check.says).toBe(false);
  });

  test('stands on its page as it is declared', () => {
    expect(page).toContain(`\`${scenario.name}\``);
    expect(page).toContain(scenario.breaks);
    expect(page).toContain(scenario.naive.says);
    const section = page.slice(page.indexOf(`## ${scenario.title}\n`)).split('\n## ')[0];
    const stated = scenario.steadyState.filter((demand) => !healthy.includes(demand));
    for (const demand of [...stated, ...scenario.faultSeen]) expect(section).toContain(lineOf(demand));
    for (const check of scenario.expects) {
      const { says, expected } = unjudged(check, 'protected');
      expect(section).toContain(`| ${says} | ${expected} | ${unjudged(check, 'naive').declared} |`);
    }
  });

  test('was measured as it is declared', () => {
    const section = evidence.slice(evidence.indexOf(`## ${scenario.title}\n`)).split('\n## ')[0];
    for (const { says, expected } of scenario.expects.map((check) => unjudged(check, 'protected')))
      expect(section).toContain(`| ${says} | ${expected} |`);
    expect(section).toContain(`without ${scenario.naive.without.join(', ')}`);
    expect(section).not.toContain('not as declared');
    expect(section).not.toContain('no verdict');
  });
});
