import { describe, expect, it } from 'vitest';
import { check, invariants } from './check.ts';
import { mutations } from './mutations/mutations.ts';
import { validRun } from './valid-run.ts';

const seeds = Array.from({ length: 20 }, (_, seed) => seed);

function broken({ history, state }: ReturnType<typeof validRun>): string[] {
  return check(history, state)
    .filter(({ holds }) => !holds)
    .map(({ id }) => id);
}

describe('the checker', () => {
  it.each(seeds)('finds nothing wrong with a valid run (seed %i)', (seed) => {
    const { history, state } = validRun(seed);
    const verdicts = check(history, state);
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    expect(verdicts.filter(({ checked }) => checked === 0)).toEqual([]);
  });

  it.each(mutations)('turns exactly $breaks red for $name', ({ breaks, apply }) => {
    for (const seed of seeds) expect(broken(apply(validRun(seed))), `seed ${seed}`).toEqual([breaks]);
  });

  it('has a mutation against every invariant', () => {
    const covered = new Set(mutations.map(({ breaks }) => breaks));
    expect(invariants.filter(({ id }) => !covered.has(id))).toEqual([]);
  });

  it('names the order in its evidence', () => {
    const run = validRun(1);
    const stuck = {
      ...run.state,
      outbox: [{ orderId: 'order-7', kind: 'settle-order', state: 'parked' } as const],
    };
    const verdict = check(run.history, stuck).find(({ id }) => id === 'I7');
    expect(verdict?.violations[0]).toBe('settle-order of order order-7 is still parked');
  });

  it('throws for a history that completes what was never invoked', () => {
    const { state } = validRun(1);
    expect(() => check([{ type: 'unknown', attempt: 9, at: 1, reason: 'reset' }], state)).toThrow(
      'attempt 9',
    );
  });
});
