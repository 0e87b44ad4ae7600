import { describe, expect, it } from 'vitest';
import { check } from './checker/check.ts';
import { mutations } from './checker/mutations/mutations.ts';
import { type Run, validRun } from './checker/valid-run.ts';
import { conclude } from './conclusion.ts';
import type { InjectedFault } from './nemesis/nemesis.ts';
import { report } from './report.ts';

const kill: InjectedFault = { at: 1, forMs: 1, fault: { kind: 'kill', process: 'orders-1' } };

function reportOf({ history, state }: Run, injected: readonly InjectedFault[] = [], expired = 7): string {
  const verdicts = check(history, state);
  const occurrences = [{ name: 'holds expired', times: expired }];
  return report({
    title: 'pnpm chaos',
    history,
    injected,
    verdicts,
    occurrences,
    conclusion: conclude(verdicts, occurrences),
    state,
    turnedAway: 3,
    ownDelayMs: { p99: 12, max: 40 },
  });
}

describe('the report', () => {
  it('says of a valid run that everything holds', () => {
    const text = reportOf(validRun(1));
    expect(text).toContain('Every invariant holds, and everything that has to occur did.');
    expect(text).toMatch(/7 {2}holds expired/);
    expect(text).not.toContain('BROKEN');
    expect(text).toMatch(/orders +\d+ acknowledged of 56 requested/);
  });

  it('shows where an invariant is broken', () => {
    const lost = mutations.find(({ breaks }) => breaks === 'I2');
    const text = reportOf(lost?.apply(validRun(1)) as Run);
    expect(text).toMatch(/BROKEN I2 .*\n +order order-\d+ was acknowledged and is not in the database/);
    expect(text).not.toContain('Every invariant holds');
  });

  it('names what did not occur', () => {
    const text = reportOf(validRun(1), [], 0);
    expect(text).toContain('NEVER  holds expired');
    expect(text).toContain('INCONCLUSIVE');
    expect(text).toContain('It lacks: holds expired.');
  });

  it('counts faults by kind, without those that could not be injected', () => {
    const text = reportOf(validRun(1), [kill, kill, { ...kill, missed: 'already down' }]);
    expect(text).toContain('kills            2');
    expect(text).toContain(
      'faults           2 (1 more could not be injected, because their target was down)',
    );
    expect(text).toMatch(/2 {2}kill orders-1/);
  });
});
