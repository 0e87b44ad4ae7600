import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';
import { type Simulation, simulate } from './simulate.ts';

const seeds = 1000;
const seedsPerBug = 300;

function violationsOf({ seed, broken }: Simulation): string[] {
  return broken.map(({ id, violations: [first] }) => `pnpm chaos:simulate --seed ${seed}: ${id} ${first}`);
}

describe('the simulation', () => {
  it('is the same, event by event, for the same seed', async () => {
    const [one, other] = [await simulate(42), await simulate(42)];
    expect(one.history.length).toBeGreaterThan(20);
    expect(other.history).toEqual(one.history);
    expect(other.events).toBe(one.events);
  });

  it(`finds no broken invariant in ${seeds} seeds, and reaches every situation that matters`, {
    timeout: 300_000,
  }, async () => {
    const violations: string[] = [];
    const seen = new Set<string>();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const run = await simulate(seed);
      violations.push(...violationsOf(run));
      for (const situation of situationsOf(run)) seen.add(situation);
      await setImmediate();
    }
    expect(violations).toEqual([]);
    expect([...seen].sort()).toEqual(situations);
  });

  it.each(plantedBugs)('turns $breaks red when $name', { timeout: 60_000 }, async ({ breaks, plant }) => {
    for (let seed = 1; seed <= seedsPerBug; seed += 1) {
      const { broken } = await simulate(seed, { plant });
      if (broken.some(({ id }) => id === breaks)) return;
      await setImmediate();
    }
    expect.fail(`${seedsPerBug} seeds did not break ${breaks}`);
  });
});

/** A thousand green runs mean little unless these situations occurred in them. */
const situations = [
  'a relay tried again',
  'an answer was replayed',
  'an order was pending and then confirmed',
  'an order was rejected',
  'reservations expired',
  'the first request was still in flight',
  'the outcome of a request was unknown',
  'two requests with one key raced',
];

function situationsOf({ history, databases }: Simulation): string[] {
  const happened = (situation: string, did: boolean) => (did ? [situation] : []);
  const { orders } = databases;
  return [
    ...happened(
      'a relay tried again',
      orders.rows.some(({ attempts }) => attempts > 1),
    ),
    ...happened(
      'an answer was replayed',
      history.some((entry) => entry.type === 'ok' && entry.replayed),
    ),
    ...happened('an order was pending and then confirmed', settledLater(history)),
    ...happened(
      'an order was rejected',
      [...orders.orders.values()].some(({ status }) => status === 'rejected'),
    ),
    ...happened(
      'the outcome of a request was unknown',
      history.some(({ type }) => type === 'unknown'),
    ),
    ...happened(
      'reservations expired',
      databases.inventory.reservations.some(({ status }) => status === 'expired'),
    ),
    ...happened('the first request was still in flight', failedWith(history, 'request-in-flight')),
    ...happened('two requests with one key raced', raced(history)),
  ];
}

function settledLater(history: Simulation['history']): boolean {
  const oks = history.filter((entry) => entry.type === 'ok' && !entry.replayed);
  const pending = new Set(
    oks
      .filter((entry) => 'orderStatus' in entry && entry.orderStatus === 'pending')
      .map((entry) => 'orderId' in entry && entry.orderId),
  );
  return oks.some(
    (entry) => 'orderStatus' in entry && entry.orderStatus === 'confirmed' && pending.has(entry.orderId),
  );
}

function failedWith(history: Simulation['history'], code: string): boolean {
  return history.some((entry) => entry.type === 'fail' && entry.code === code);
}

function raced(history: Simulation['history']): boolean {
  const open = new Map<number, string>();
  for (const entry of history) {
    if (!('attempt' in entry)) continue;
    if (entry.type !== 'invoke') open.delete(entry.attempt);
    else if (entry.operation === 'place') {
      if ([...open.values()].includes(entry.key)) return true;
      open.set(entry.attempt, entry.key);
    }
  }
  return false;
}
