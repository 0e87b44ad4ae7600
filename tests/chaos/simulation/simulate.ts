import { check } from '../checker/check.ts';
import type { StockRow } from '../checker/final-state.ts';
import { maxSettleMs } from '../checker/liveness.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { HistoryEntry } from '../history/entry.ts';
import { openHistoryLog } from '../history/history-log.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { letCustomersIn } from './crowd.ts';
import { stateOf, stockOf } from './simulated-state.ts';
import { buildSite, type Databases, type Sabotage } from './site.ts';
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

export type SimulationOptions = {
  readonly sabotage?: Sabotage;
  /** Instead of what the seed says. */
  readonly conditions?: Partial<Conditions>;
  readonly onRemark?: (remark: string, at: number) => void;
};

const sampleEveryMs = 200;
const lateArrivalsMs = 2000;

/** One run of the system in a box: the same seed gives the same run, event by event. */
export async function simulate(
  seed: number,
  { sabotage, onRemark, ...given }: SimulationOptions = {},
): Promise<Simulation> {
  const random = seededRandom(seed);
  const conditions = { ...conditionsOf(random.fork('conditions')), ...given.conditions };
  const world = new World(random.fork('world'), onRemark);
  const site = buildSite(world, conditions, sabotage);
  const log = openHistoryLog({ now: () => world.now });
  const samples: StockRow[][] = [];
  const closing = new AbortController();

  brewStorm(site);
  world.after(conditions.stormMs, log.healed);
  const crowd = letCustomersIn(site, { log, random: random.fork('customers'), closing: closing.signal });
  const sample = () => {
    samples.push(stockOf(site.databases));
    world.after(sampleEveryMs, sample);
  };
  sample();

  await world.runUntil(conditions.stormMs);
  const isQuiet = () => crowd.served === conditions.customers && owesNothing(site.databases);
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
