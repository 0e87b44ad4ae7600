import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { plantedBugs } from './sabotage.ts';
import { type Simulation, simulate } from './simulate.ts';

const seeds = 1000;
const seedsPerBug = 300;

function complaintOf({ seed, broken }: Simulation): string[] {
  return broken.map(({ id, violations }) => `pnpm chaos:simulate --seed ${seed}: ${id} ${violations[0]}`);
}

describe('the simulation', () => {
  it('is the same, event by event, for the same seed', async () => {
    const [one, other] = [await simulate(42), await simulate(42)];
    expect(one.history.length).toBeGreaterThan(20);
    expect(other.history).toEqual(one.history);
    expect(other.events).toBe(one.events);
  });

  it(`finds no broken promise in ${seeds} disasters, and the disasters were real`, {
    timeout: 300_000,
  }, async () => {
    const complaints: string[] = [];
    const seen = new Set<string>();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const run = await simulate(seed);
      complaints.push(...complaintOf(run));
      for (const sight of sightsOf(run)) seen.add(sight);
      await setImmediate();
    }
    expect(complaints).toEqual([]);
    expect([...seen].sort()).toEqual(sights);
  });

  it.each(plantedBugs)('finds out when $name', { timeout: 60_000 }, async ({ breaks, sabotage }) => {
    for (let seed = 1; seed <= seedsPerBug; seed += 1) {
      const { broken } = await simulate(seed, { sabotage });
      if (broken.some(({ id }) => id === breaks)) return;
      await setImmediate();
    }
    expect.fail(`${seedsPerBug} disasters did not break ${breaks}`);
  });
});

/** What has to have happened for a thousand green runs to mean anything. */
const sights = [
  'a relay tried again',
  'an answer was replayed',
  'an order was pending and then confirmed',
  'an order was rejected',
  'nobody knows whether it happened',
  'reservations expired',
  'the first request was still at work',
  'two requests with one key raced',
];

function sightsOf({ history, databases }: Simulation): string[] {
  const happened = (sight: string, did: boolean) => (did ? [sight] : []);
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
      'nobody knows whether it happened',
      history.some(({ type }) => type === 'unknown'),
    ),
    ...happened(
      'reservations expired',
      databases.inventory.reservations.some(({ status }) => status === 'expired'),
    ),
    ...happened('the first request was still at work', refusedAs(history, 'request-in-flight')),
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

function refusedAs(history: Simulation['history'], code: string): boolean {
  return history.some((entry) => entry.type === 'fail' && entry.code === code);
}

function raced(history: Simulation['history']): boolean {
  const open = new Map<number, string>();
  for (const entry of history) {
    if (entry.type === 'healed') continue;
    if (entry.type !== 'invoke') open.delete(entry.attempt);
    else if (entry.operation === 'place') {
      if ([...open.values()].includes(entry.key)) return true;
      open.set(entry.attempt, entry.key);
    }
  }
  return false;
}
