import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenarios } from './catalogue.ts';
import { unjudged } from './judge.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'scenarios.md'), 'utf8');
const evidence = readFileSync(join(docs, 'evidence.md'), 'utf8');

test('names are unique', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
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
    for (const { says, atLeast, atMost } of [...scenario.expects, ...(scenario.naive?.expects ?? [])]) {
      expect(says).not.toBe('');
      expect(atLeast ?? atMost).toBeDefined();
    }
  });

  test('stands on its page as it is declared', () => {
    expect(page).toContain(`\`${scenario.name}\``);
    expect(page).toContain(scenario.breaks);
    if (scenario.naive) expect(page).toContain(scenario.naive.says);
    for (const { says, expected } of unjudged([...scenario.expects, ...(scenario.naive?.expects ?? [])]))
      expect(page).toContain(`- ${says}: ${expected}\n`);
  });

  test('was measured as it is declared', () => {
    for (const { says, expected } of unjudged(scenario.expects))
      expect(evidence).toContain(`| ${says} | ${expected} |`);
  });
});
