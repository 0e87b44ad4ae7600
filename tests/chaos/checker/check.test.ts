import { describe, expect, it } from 'vitest';
import { check, invariants } from './check.ts';
import { mutations } from './mutations/mutations.ts';
import { validRun } from './valid-run.ts';

const seeds = Array.from({ length: 20 }, (_, seed) => seed);

type Broken = { readonly breaks: string; readonly clause: string };

function broken({ history, state }: ReturnType<typeof validRun>): Broken[] {
  return check(history, state).flatMap(({ id, broken: clauses }) =>
    clauses.map((clause) => ({ breaks: id, clause })),
  );
}

describe('the checker', () => {
  it.each(seeds)('finds nothing wrong with a valid run (seed %i)', (seed) => {
    const { history, state } = validRun(seed);
    const verdicts = check(history, state);
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    expect(verdicts.filter(({ checked }) => checked === 0)).toEqual([]);
  });

  it.each(mutations)('is turned red for $name by $breaks, $clause, and by nothing else', (mutation) => {
    const { breaks, clause, apply } = mutation;
    for (const seed of seeds)
      expect(broken(apply(validRun(seed))), `seed ${seed}`).toEqual([{ breaks, clause }]);
  });

  it('has a mutation that each clause of each invariant catches alone', () => {
    const caught = new Set(mutations.map(({ breaks, clause }) => `${breaks}: ${clause}`));
    const clauses = invariants.flatMap(({ id, clauses }) =>
      Object.keys(clauses).map((name) => `${id}: ${name}`),
    );
    expect(clauses.filter((clause) => !caught.has(clause))).toEqual([]);
    expect([...caught].filter((clause) => !clauses.includes(clause))).toEqual([]);
  });

  it('accepts an order that was cancelled after inventory had refused it', () => {
    const { history, state } = validRun(1);
    const cancelled = state.orders.find(({ reason }) => reason === 'cancelled');
    const reservations = state.reservations.map((row) =>
      row.orderId === cancelled?.id ? { ...row, status: 'refused' as const, held: [], returned: [] } : row,
    );
    expect(broken({ history, state: { ...state, reservations } })).toEqual([]);
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
