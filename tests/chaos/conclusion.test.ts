import { describe, expect, it } from 'vitest';
import { check } from './checker/check.ts';
import { mutations } from './checker/mutations/mutations.ts';
import { situationsIn } from './checker/situations.ts';
import { type Run, validRun } from './checker/valid-run.ts';
import { conclude, faultCounts } from './conclusion.ts';
import { type Fault, faultClasses } from './nemesis/fault.ts';

const kill: Fault = { kind: 'kill', process: 'a' };

function conclusionOf({ history, state }: Run) {
  return conclude(check(history, state), situationsIn(history, state, { hasFaults: true }));
}

/** What makes a run end without that situation, and leaves everything that it holds valid. */
const emptied: Readonly<Record<string, (run: Run) => Run>> = {
  'refusals for lack of stock': withoutAnswers('insufficient-stock'),
  'keys with another body': withoutAnswers('idempotency-key-reused'),
  replays: (run) => ({
    ...run,
    history: run.history.map((entry) => (entry.type === 'ok' ? { ...entry, replayed: false } : entry)),
  }),
  'holds expired': withoutReservations('expired'),
  'holds released': withoutReservations('released'),
  'orders cancelled': (run) => ({
    ...run,
    state: {
      ...run.state,
      orders: run.state.orders.map((order) =>
        order.reason === 'cancelled' ? { ...order, reason: 'x' } : order,
      ),
    },
  }),
  'parked rows tried again': (run) => ({
    ...run,
    history: run.history.filter(({ type }) => type !== 'requeued'),
  }),
  'keys forgotten': (run) => ({ ...run, state: { ...run.state, forgottenKeys: 0 } }),
  'requests without a known outcome': (run) => ({
    ...run,
    history: run.history.filter(({ type }) => type !== 'unknown'),
  }),
  'products sold out': (run) => ({
    ...run,
    state: { ...run.state, stock: run.state.stock.map((row) => ({ ...row, available: 1 })) },
  }),
};

function withoutAnswers(code: string) {
  return (run: Run): Run => ({
    ...run,
    history: run.history.filter((entry) => entry.type !== 'fail' || entry.code !== code),
  });
}

function withoutReservations(status: string) {
  return (run: Run): Run => ({
    ...run,
    state: { ...run.state, reservations: run.state.reservations.filter((row) => row.status !== status) },
  });
}

describe('the conclusion', () => {
  it('is green when everything occurred and every invariant holds', () => {
    expect(conclusionOf(soldOut(validRun(1)))).toEqual({ outcome: 'green', missing: [] });
  });

  it.each(Object.entries(emptied))('names what is missing: %s', (name, empty) => {
    const { history, state } = empty(soldOut(validRun(1)));
    expect(conclude([], situationsIn(history, state, { hasFaults: true }))).toEqual({
      outcome: 'inconclusive',
      missing: [name],
    });
  });

  it('is red when something is broken, whatever is missing', () => {
    const lost = mutations.find(({ breaks }) => breaks === 'I2');
    expect(conclusionOf(lost?.apply(validRun(1)) as Run).outcome).toBe('red');
  });

  it('is inconclusive when an invariant had nothing to examine', () => {
    const run = soldOut(validRun(1));
    const verdicts = check(run.history, { ...run.state, traffic: [] });
    expect(conclude(verdicts, []).missing).toEqual(['anything that I9 examines']);
  });

  it('asks of a run without faults only for what customers bring about', () => {
    const { history, state } = validRun(1);
    const names = situationsIn(history, state, { hasFaults: false }).map(({ name }) => name);
    expect(names).toContain('refusals for lack of stock');
    expect(names).not.toContain('holds expired');
  });

  it('counts faults by class, without those that could not be injected', () => {
    const injected = { at: 0, forMs: 1, fault: kill };
    const counts = faultCounts([injected, injected, { ...injected, missed: 'already down' }]);
    expect(counts.find(({ name }) => name === 'kill')).toEqual({ name: 'kill', times: 2 });
    expect(counts.map(({ name }) => name)).toEqual(faultClasses);
    expect(conclude([], counts).missing).toEqual(faultClasses.filter((name) => name !== 'kill'));
  });
});

/** The shelves of the valid run are nearly empty at its end; here they are quite. */
function soldOut(run: Run): Run {
  const stock = run.state.stock.map((row) => ({ ...row, supplied: row.sold, available: 0 }));
  const supply = stock.map(({ sku, supplied }) => ({ sku, supplied }));
  return { ...run, state: { ...run.state, stock, ledger: stock, stockSamples: [stock], supply } };
}
