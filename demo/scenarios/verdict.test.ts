import { describe, expect, test } from 'vitest';
import { scenarios } from './catalogue.ts';
import { judgeRun } from './judge.ts';
import type { Variant } from './scenario.ts';
import { recordingOf, type Second } from './testing.ts';

const variants: readonly Variant[] = ['protected', 'naive'];

const runs = scenarios.flatMap((scenario) =>
  variants.map((variant) => ({ name: scenario.name, variant, scenario })),
);

const well: Second = {};
const dead: Second = { counts: { failed: 10 }, reads: { failed: 10 }, isReported: false };
const idle: Second = { counts: {}, reads: {} };
const silent: Second = { ...idle, isReported: false };

/** Every way in which a system can be ill before anything is done to it. */
const illnesses: Readonly<Record<string, Second>> = {
  dead,
  idle,
  silent,
  'orders fail': { counts: { failed: 10 } },
  'half of the orders fail': { counts: { live: 5, failed: 5 } },
  'orders are refused': { counts: { refused: 10 } },
  'orders are pending': { counts: { pending: 10 } },
  'orders are rejected': { counts: { rejected: 10 } },
  'recommendations come from the cache': { counts: { cached: 10 } },
  'recommendations are the default': { counts: { default: 10 } },
  'recommendations are switched off': { counts: { disabled: 10 } },
  'few orders are placed': { counts: { live: 1 } },
  'the breaker of inventory is open': { breaker: { 'orders->inventory': 'open' } },
  'the breaker of recommendation is half-open': { breaker: { 'orders->recommendation': 'half-open' } },
  'the breaker of the database is open': { breaker: { 'orders->postgres': 'open' } },
  'the breaker of the database of inventory is open': { breaker: { 'inventory->postgres': 'open' } },
  'the breaker of Redis is open': { breaker: { 'orders->redis': 'open' } },
  'the services do not report': { isReported: false },
  'earlier orders are not settled': { open: 3 },
  'an earlier order is lost': { missing: 1 },
};

/** Every way in which a system can stay away for good; what is declared is that it comes back. */
const deaths: Readonly<Record<string, Second>> = {
  dead,
  'without an answer': { counts: {}, reads: {}, isReported: false },
  'refusing everybody': { counts: { refused: 10 }, reads: { refused: 10 }, latenciesMs: [2] },
  'too late for everybody': { counts: { late: 10 }, reads: { late: 10 }, latenciesMs: [2400] },
  'hanging, with failures and late answers': {
    counts: { late: 8, failed: 2 },
    reads: { late: 8, failed: 2 },
    latenciesMs: [2400],
    breaker: 'off',
  },
};

/** Fewer customers in one second are a matter of chance. */
const byChance = ['idle', 'few orders are placed'];
const lastMoment = Object.entries(illnesses).filter(([name]) => !byChance.includes(name));

describe.each(runs)('$name, $variant', ({ scenario, variant }) => {
  test.each(Object.entries(illnesses))('gives no verdict when before the fault: %s', (_, illness) => {
    for (const afterwards of [well, dead, idle, illness]) {
      const recording = recordingOf(scenario, (atMs) =>
        atMs <= scenario.brokenFromMs ? illness : afterwards,
      );
      const { verdict, reason, checks } = judgeRun(scenario, variant, recording);
      expect(verdict).toBe('no verdict');
      expect(checks.map(({ isAsDeclared }) => isAsDeclared)).toEqual(checks.map(() => null));
      expect(reason).toMatch(/^Before the fault: .*\(must be .*\)$/);
    }
  });

  test.each(lastMoment)('gives no verdict when in the second before the fault: %s', (_, illness) => {
    const { brokenFromMs } = scenario;
    const recording = recordingOf(scenario, (atMs) => (atMs === brokenFromMs ? illness : well));
    expect(judgeRun(scenario, variant, recording).reason).toMatch(/^Before the fault: /);
  });

  test('gives no verdict when the fault never happened', () => {
    const { verdict, reason } = judgeRun(
      scenario,
      variant,
      recordingOf(scenario, () => well),
    );
    expect(verdict).toBe('no verdict');
    expect(reason).toMatch(/^The fault was not seen: .*\(must be .*\)$/);
  });

  test.each(Object.entries(deaths))(
    'is not as declared when from the fault on the system is %s',
    (_, death) => {
      const recording = recordingOf(scenario, (atMs) => (atMs <= scenario.brokenFromMs ? well : death));
      expect(judgeRun(scenario, variant, recording).verdict).not.toBe('as declared');
    },
  );

  test('is not as declared when the recording ends with the fault', () => {
    const whole = recordingOf(scenario, () => well);
    const samples = whole.samples.filter(({ atMs }) => atMs <= scenario.brokenFromMs);
    expect(judgeRun(scenario, variant, { ...whole, samples }).verdict).not.toBe('as declared');
  });

  test('gives no verdict without a recording', () => {
    const { verdict } = judgeRun(scenario, variant, { ...recordingOf(scenario, () => well), samples: [] });
    expect(verdict).toBe('no verdict');
  });
});

describe('reads', () => {
  const withReads = runs.filter(({ scenario }) => scenario.load.readsPerSecond);

  test.each(withReads)('have to be answered before the fault: $name, $variant', ({ scenario, variant }) => {
    for (const reads of [{}, { refused: 20 }, { cached: 20 }]) {
      const recording = recordingOf(scenario, () => ({ reads }));
      expect(judgeRun(scenario, variant, recording).reason).toContain('Before the fault: reads');
    }
  });
});
