import { describe, expect, it } from 'vitest';
import { type Outcome, openHistoryLog } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { runCustomer } from './customer.ts';

const confirmed: Outcome = { type: 'ok', orderId: 'o1', orderStatus: 'confirmed', replayed: false };
const pending: Outcome = { ...confirmed, orderStatus: 'pending' };
const problem = (status: number, code: string): Outcome => ({ type: 'fail', status, code });

/** Every choice comes out the same: never a duplicate, or always. */
const decided = (always: boolean): SeededRandom => ({
  next: () => 0,
  integer: (min) => min,
  chance: () => always,
  pick: (items) => items[0] as never,
  fork: () => decided(always),
});

async function visit(
  answers: { place: Outcome[]; read?: Outcome[]; cancel?: Outcome[] },
  { habits = false, keyLifeMs = Number.POSITIVE_INFINITY } = {},
) {
  let nowMs = 0;
  const log = openHistoryLog({ clock: { now: () => nowMs } });
  const waits: number[] = [];
  const closing = new AbortController();
  const next = (outcomes: Outcome[] | undefined) => async () => {
    const outcome = outcomes?.shift();
    if (outcome === undefined) closing.abort();
    return outcome ?? ({ type: 'unknown', reason: 'no answer left' } as const);
  };
  // Time passes at once.
  const setTimer = (callback: () => void, delayMs: number) => {
    waits.push(delayMs);
    nowMs += delayMs;
    queueMicrotask(callback);
    return { cancel() {} };
  };
  const api = {
    place: next(answers.place),
    read: next(answers.read),
    ...(answers.cancel && { cancel: next(answers.cancel) }),
    close: async () => {},
  };
  const items = [
    { sku: 'mug', quantity: 1 },
    { sku: 'bell', quantity: 2 },
  ];
  await runCustomer(
    { key: 'k', customerId: 'c', items },
    {
      api,
      log,
      clock: { now: () => nowMs, setTimer },
      random: decided(habits),
      closing: closing.signal,
      keyLifeMs,
    },
  );
  return {
    asked: log.entries.filter((entry) => entry.type === 'invoke').map(({ operation }) => operation),
    baskets: log.entries
      .filter((entry) => entry.type === 'invoke' && entry.operation === 'place')
      .map((entry) => ('items' in entry ? entry.items : [])),
    waits,
  };
}

describe('a customer', () => {
  it('reads the order after it was acknowledged', async () => {
    const { asked } = await visit({ place: [confirmed], read: [confirmed] });
    expect(asked).toEqual(['place', 'read']);
  });

  it('reads a pending order until it is settled', async () => {
    const { asked } = await visit({ place: [pending], read: [pending, pending, confirmed] });
    expect(asked).toEqual(['place', 'read', 'read', 'read']);
  });

  it('retries what is unknown or busy, waiting longer each time', async () => {
    const unknown: Outcome = { type: 'unknown', reason: 'reset' };
    const busy = [problem(503, 'overloaded'), problem(409, 'request-in-flight')];
    const { asked, waits } = await visit({ place: [unknown, ...busy, confirmed], read: [confirmed] });
    expect(asked).toEqual(['place', 'place', 'place', 'place', 'read']);
    expect(waits).toEqual([50, 100, 200]);
  });

  it('waits as long as the server asks for, within reason', async () => {
    const asked = (retryAfterMs: number): Outcome => ({
      type: 'fail',
      status: 503,
      code: 'overloaded',
      retryAfterMs,
    });
    const { waits } = await visit({ place: [asked(1000), asked(60_000), confirmed], read: [confirmed] });
    expect(waits).toEqual([1000, 4000]);
  });

  it('retries exactly when the lock of its first request ends', async () => {
    const locked: Outcome = { type: 'fail', status: 409, code: 'request-in-flight', retryAfterMs: 7 };
    const unknown: Outcome = { type: 'unknown', reason: 'reset' };
    const { waits } = await visit({
      place: [unknown, unknown, unknown, locked, confirmed],
      read: [confirmed],
    });
    expect(waits).toEqual([50, 100, 200, 7]);
  });

  it.each([
    [409, 'insufficient-stock'],
    [422, 'unknown-sku'],
    [400, 'invalid-body'],
  ])('does not retry %i %s', async (status, code) => {
    const { asked } = await visit({ place: [problem(status, code)] });
    expect(asked).toEqual(['place']);
  });

  it('sends duplicates at once, again, with another body, and later with its lines in another order', async () => {
    const reused = problem(422, 'idempotency-key-reused');
    const { asked, baskets } = await visit(
      { place: [confirmed, confirmed, confirmed, reused, confirmed], read: [confirmed, confirmed] },
      { habits: true },
    );
    expect(asked).toEqual(['place', 'place', 'read', 'read', 'place', 'place', 'place']);
    const [first, , again, other, later] = baskets;
    expect(again).toEqual(first);
    expect(other).toEqual(first?.map(({ sku, quantity }) => ({ sku, quantity: quantity + 1 })));
    expect(later).toEqual(first?.toReversed());
  });

  it('stops using a key that may have been forgotten', async () => {
    const busy = Array.from({ length: 40 }, () => problem(503, 'overloaded'));
    const { waits } = await visit({ place: busy }, { keyLifeMs: 1000 });
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(3000);
  });

  it('has a pending order cancelled, and reads it all the same', async () => {
    const rejected: Outcome = { ...confirmed, orderStatus: 'rejected' };
    const { asked } = await visit(
      { place: [pending, pending], cancel: [rejected, rejected], read: [rejected, rejected] },
      { habits: true },
    );
    expect(asked.slice(0, 6)).toEqual(['place', 'place', 'cancel', 'read', 'cancel', 'read']);
  });

  it('asks again to cancel while nothing can be released, and not for ever', async () => {
    const busy = problem(503, 'dependency-unavailable');
    const settled = problem(409, 'order-settled');
    // Two of them, since a customer of these habits sends every order twice.
    const place = [pending, pending];
    const again = await visit(
      { place, cancel: [busy, busy, settled, settled], read: [confirmed, confirmed] },
      { habits: true },
    );
    expect(again.asked.filter((operation) => operation === 'cancel')).toHaveLength(4);
    const many = <T>(outcome: T) => Array.from({ length: 40 }, () => outcome);
    const never = await visit(
      { place: [pending, pending], cancel: many(busy), read: [confirmed, confirmed] },
      { habits: true },
    );
    expect(never.asked.filter((operation) => operation === 'cancel')).toHaveLength(16);
  });
});
