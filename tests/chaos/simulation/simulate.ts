import { check } from '../checker/check.ts';
import type { StockRow } from '../checker/final-state.ts';
import { maxSettleMs } from '../checker/liveness.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { HistoryEntry } from '../history/entry.ts';
import { openHistoryLog } from '../history/history-log.ts';
import { seededRandom } from '../seeded-random.ts';
import { buildSystem } from './build-system.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { startCustomers } from './customers.ts';
import { injectFaults } from './faults.ts';
import { stateOf, stockOf } from './simulated-state.ts';
import type { Databases, PlantBug } from './simulated-system.ts';
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
  /** A bug to plant. */
  readonly plant?: PlantBug;
  /** Instead of what the seed says. */
  readonly conditions?: Partial<Conditions>;
  readonly onTrace?: (line: string, at: number) => void;
};

const sampleEveryMs = 200;
const lateArrivalsMs = 2000;

/** One run of the simulated system: the same seed gives the same run, event by event. */
export async function simulate(
  seed: number,
  { plant, onTrace, ...given }: SimulationOptions = {},
): Promise<Simulation> {
  const random = seededRandom(seed);
  const conditions = { ...conditionsOf(random.fork('conditions')), ...given.conditions };
  const world = new World(random.fork('world'), onTrace);
  const system = buildSystem(world, conditions, plant);
  const log = openHistoryLog({ clock: world });
  const samples: StockRow[][] = [];
  const closing = new AbortController();

  injectFaults(system);
  world.setTimer(log.healed, conditions.faultsMs);
  const customers = startCustomers(system, {
    log,
    random: random.fork('customers'),
    closing: closing.signal,
  });
  const sample = () => {
    samples.push(stockOf(system.databases));
    world.setTimer(sample, sampleEveryMs);
  };
  sample();

  await world.runUntil(conditions.faultsMs);
  const isQuiet = () => customers.done === conditions.customers && isSettled(system.databases);
  await runUntilQuiet(world, isQuiet, conditions.faultsMs + maxSettleMs);
  closing.abort();
  // Messages that are still under way arrive now, long after every order was settled.
  await world.runUntil(world.now() + lateArrivalsMs);
  const broken = check(log.entries, stateOf(system.databases, samples)).filter(({ holds }) => !holds);
  return {
    seed,
    conditions,
    history: log.entries,
    databases: system.databases,
    broken,
    events: world.happened,
  };
}

function isSettled({ orders, inventory }: Databases): boolean {
  return (
    orders.rows.every(({ doneAtMs }) => doneAtMs !== null) &&
    inventory.reservations.every(({ status }) => status !== 'reserved')
  );
}

async function runUntilQuiet(world: World, isQuiet: () => boolean, deadline: number): Promise<void> {
  while (world.now() < deadline && !isQuiet()) await world.runUntil(Math.min(deadline, world.now() + 100));
}
