import { check } from '../checker/check.ts';
import type { StockRow } from '../checker/final-state.ts';
import { maxSettleMs } from '../checker/liveness.ts';
import type { Verdict } from '../checker/verdict.ts';
import { shop } from '../client/customer.ts';
import type { HistoryEntry } from '../history/entry.ts';
import { openHistoryLog } from '../history/history-log.ts';
import { type SeededRandom, seededRandom } from '../seeded-random.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { Machine } from './machine.ts';
import { simulatedApi } from './simulated-api.ts';
import { stateOf, stockOf } from './simulated-state.ts';
import { buildSite, type Databases, type Sabotage, type Site } from './site.ts';
import { brewStorm } from './storm.ts';
import { World } from './world.ts';

export type Simulation = {
  readonly seed: number;
  readonly conditions: Conditions;
  readonly history: readonly HistoryEntry[];
  readonly databases: Databases;
  readonly broken: readonly Verdict[];
  readonly events: number;
};

const sampleEveryMs = 200;
const lateArrivalsMs = 2_000;

/** One run of the system in a box: the same seed gives the same run, event by event. */
export async function simulate(seed: number, sabotage?: Sabotage): Promise<Simulation> {
  const random = seededRandom(seed);
  const conditions = conditionsOf(random.fork('conditions'));
  const world = new World(random.fork('world'));
  const site = buildSite(world, conditions, sabotage);
  const log = openHistoryLog({ now: () => world.now });
  const samples: StockRow[][] = [];
  const closing = new AbortController();

  brewStorm(site);
  world.after(conditions.stormMs, log.healed);
  const customers = openDoors(site, { log, random: random.fork('customers'), closing: closing.signal });
  const sample = () => {
    samples.push(stockOf(site.databases));
    world.after(sampleEveryMs, sample);
  };
  sample();

  await world.runUntil(conditions.stormMs);
  const isQuiet = () => customers.served === conditions.customers && owesNothing(site.databases);
  await runUntilQuiet(world, isQuiet, conditions.stormMs + maxSettleMs);
  closing.abort();
  // What is still under way arrives now, long after everything was settled.
  await world.runUntil(world.now + lateArrivalsMs);
  const broken = check(log.entries, stateOf(site.databases, samples)).filter(({ holds }) => !holds);
  return {
    seed,
    conditions,
    history: log.entries,
    databases: site.databases,
    broken,
    events: world.happened,
  };
}

function owesNothing({ orders, inventory }: Databases): boolean {
  return (
    orders.rows.every(({ doneAtMs }) => doneAtMs !== null) &&
    inventory.reservations.every(({ status }) => status !== 'reserved')
  );
}

async function runUntilQuiet(world: World, isQuiet: () => boolean, deadline: number): Promise<void> {
  while (world.now < deadline && !isQuiet()) await world.runUntil(Math.min(deadline, world.now + 100));
}

function openDoors(
  site: Site,
  tools: { log: ReturnType<typeof openHistoryLog>; random: SeededRandom; closing: AbortSignal },
): { readonly served: number } {
  const { world, conditions } = site;
  const machine = new Machine(world, 'customers');
  const api = simulatedApi(site, machine);
  const doors = { served: 0 };
  for (let customer = 1; customer <= conditions.customers; customer += 1) {
    const random = tools.random.fork(`customer ${customer}`);
    const items = Array.from({ length: random.integer(1, 3) }, () => ({
      sku: random.pick(Object.keys(conditions.supply)),
      quantity: random.integer(1, 4),
    }));
    const wish = { key: `key-${customer}`, customerId: `customer-${customer}`, items };
    const wait = (ms: number) => machine.wait(ms);
    world.after(random.next() * conditions.stormMs, async () => {
      await shop(wish, { ...tools, random, api, wait });
      doors.served += 1;
    });
  }
  return doors;
}
