import { describe, expect, it } from 'vitest';
import { check } from './checker/check.ts';
import { honestRun, type Run } from './checker/honest-run.ts';
import { mutations } from './checker/mutations/mutations.ts';
import type { Struck } from './nemesis/unleash.ts';
import { report } from './report.ts';

const kill: Struck = { at: 1, forMs: 1, harm: { kind: 'kill', process: 'orders-1' } };

function reportOf({ history, state }: Run, struck: readonly Struck[] = []): string {
  return report({
    title: 'pnpm chaos',
    history,
    struck,
    verdicts: check(history, state),
    traffic: state.traffic,
    turnedAway: 3,
    ownDelayMs: { p99: 12, max: 40 },
  });
}

describe('the report', () => {
  it('says of an honest run that everything holds', () => {
    const text = reportOf(honestRun(1));
    expect(text).toContain('Every invariant holds.');
    expect(text).not.toContain('BROKEN');
    expect(text).toMatch(/orders +\d+ acknowledged of 40 wished for/);
  });

  it('shows where a promise was broken', () => {
    const lost = mutations.find(({ breaks }) => breaks === 'I2');
    const text = reportOf(lost?.apply(honestRun(1)) as Run);
    expect(text).toMatch(/BROKEN I2 .*\n +order order-\d+ was acknowledged and is not in the database/);
    expect(text).not.toContain('Every invariant holds.');
  });

  it('counts faults by kind, and apart those that found nothing to break', () => {
    const text = reportOf(honestRun(1), [kill, kill, { ...kill, missed: 'already down' }]);
    expect(text).toContain('kills            2');
    expect(text).toContain('faults           2 (1 more found their target already down)');
    expect(text).toMatch(/2 {2}kill orders-1/);
  });
});
