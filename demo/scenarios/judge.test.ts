import { describe, expect, test } from 'vitest';
import { inventoryKilled } from './inventory-killed.ts';
import { judgeRun } from './judge.ts';
import { share } from './measures.ts';
import type { Check, Scenario, Variant } from './scenario.ts';
import { recordingOf, type Second } from './testing.ts';

const pending: Check = {
  says: 'pending',
  unit: 'share',
  measure: share(['pending'], 'during', 1000),
  atLeast: 0.9,
  naive: { atMost: 0.5 },
};
const noneFails: Check = {
  says: 'fails',
  unit: 'share',
  measure: share(['failed'], 'during', 1000),
  atMost: 0.2,
};
const opens: Check = { says: 'opens', unit: 's', measure: () => null, atMost: 4, naive: 'not seen' };

/** Verdict on a run in which each second of the fault is as given. */
function judged(during: Second, expects: readonly Check[], variant: Variant) {
  const scenario: Scenario = { ...inventoryKilled, expects };
  const { brokenFromMs, brokenToMs } = scenario;
  const isBroken = (atMs: number) => atMs > brokenFromMs && atMs <= brokenToMs;
  const recording = recordingOf(scenario, (atMs) => (isBroken(atMs) ? during : {}));
  return judgeRun(scenario, variant, recording);
}

describe('a run with its protections', () => {
  test('is as declared when every check holds', () => {
    const { verdict, checks } = judged({ counts: { pending: 10 } }, [pending, noneFails], 'protected');
    expect(verdict).toBe('as declared');
    expect(checks).toEqual([
      {
        says: 'pending',
        expected: 'at least 90 %',
        measured: '100 %',
        holds: true,
        declared: 'holds',
        isAsDeclared: true,
      },
      {
        says: 'fails',
        expected: 'at most 20 %',
        measured: '0 %',
        holds: true,
        declared: 'holds',
        isAsDeclared: true,
      },
    ]);
  });

  test('is not when a check has no number', () => {
    const { verdict, checks } = judged({ counts: { pending: 10 } }, [pending, opens], 'protected');
    expect(verdict).toBe('not as declared');
    expect(checks[1]).toMatchObject({ measured: 'not seen', holds: false, isAsDeclared: false });
  });
});

describe('a run without them is judged by the same checks, and', () => {
  test('is as declared when just that breaks which is declared to', () => {
    const { verdict, checks } = judged({ counts: { refused: 10 } }, [pending, noneFails, opens], 'naive');
    expect(verdict).toBe('as declared');
    expect(checks.map(({ holds, declared }) => [holds, declared])).toEqual([
      [false, 'breaks (at most 50 %)'],
      [true, 'holds'],
      [false, 'breaks (not seen)'],
    ]);
  });

  test.each<[string, Second]>([
    ['nothing breaks', { counts: { pending: 10 } }],
    ['it breaks less than declared', { counts: { pending: 7, refused: 3 } }],
    ['more breaks than declared', { counts: { failed: 10 } }],
  ])('is not when %s', (_, during) => {
    expect(judged(during, [pending, noneFails], 'naive').verdict).toBe('not as declared');
  });

  test('is not when something is seen that must not be', () => {
    const seen: Check = { ...opens, measure: () => 9 };
    expect(judged({ counts: { refused: 10 } }, [pending, seen], 'naive').verdict).toBe('not as declared');
  });
});

describe('on a machine with other work', () => {
  const { brokenFromMs } = inventoryKilled;
  const atATime = (during: Second, before: Second) => {
    const recording = recordingOf(inventoryKilled, (atMs) => (atMs > brokenFromMs ? during : before));
    return judgeRun({ ...inventoryKilled, expects: [pending] }, 'protected', recording);
  };
  const held: Second = { counts: { pending: 10 } };
  const broken: Second = { counts: { refused: 10 } };

  test.each<[string, Second]>([
    ['requests sent too late, at most: 120 ms (must be at most 100 ms)', { lagMs: 120 }],
    ['orders before the fault (p99): 180 ms (must be at most 150 ms)', { latenciesMs: [20, 180] }],
  ])('a run that is not as declared gets no verdict: %s', (reason, before) => {
    expect(atATime(broken, before)).toMatchObject({
      verdict: 'no verdict',
      reason: `Not as declared, but the machine was busy: ${reason}`,
    });
    expect(atATime(held, before).verdict).toBe('as declared');
    expect(atATime(broken, {}).verdict).toBe('not as declared');
  });
});

test.each<Variant>(['protected', 'naive'])('a machine that is too busy gives no verdict: %s', (variant) => {
  const { brokenFromMs } = inventoryKilled;
  const counts = (atMs: number) => ({ [atMs > brokenFromMs ? 'pending' : 'live']: 10 });
  const busy = recordingOf(inventoryKilled, (atMs) => ({ counts: counts(atMs), lagMs: 400 }));
  const { verdict, reason } = judgeRun(inventoryKilled, variant, busy);
  expect([verdict, reason]).toEqual([
    'no verdict',
    'The machine was too busy: requests sent too late (p90 of the seconds): 400 ms (must be at most 150 ms)',
  ]);
});
