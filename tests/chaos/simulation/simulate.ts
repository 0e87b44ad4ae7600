import { check } from '../checker/check.ts';
import type { FinalState } from '../checker/final-state.ts';
import { maxSettleMs } from '../checker/liveness.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { HistoryEntry } from '../history/entry.ts';
import { type HistoryLog, openHistoryLog } from '../history/history-log.ts';
import { seededRandom } from '../seeded-random.ts';
import { buildSystem, targetsIn } from './build-system.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { startCustomers } from './customers.ts';
import { drawSchedule, injectFaults, type ScheduledFault } from './faults.ts';
import { Machine } from './machine.ts';
import { type MessageFault, MessageFaults, type SentMessage } from './messages.ts';
import { startOperator } from './operator.ts';
import { changePrices } from './prices.ts';
import { simulatedApi } from './simulated-api.ts';
import { stateOf } from './simulated-state.ts';
import type { Databases, PlantBug, SimulatedSystem } from './simulated-system.ts';
import { watch } from './watch.ts';
import { World } from './world.ts';

/** Everything that went wrong from outside. */
export type Faults = {
  readonly scheduled: readonly ScheduledFault[];
  readonly messages: readonly MessageFault[];
};

export type Simulation = {
  readonly seed: number;
  readonly conditions: Conditions;
  readonly history: readonly HistoryEntry[];
  readonly databases: Databases;
  readonly state: FinalState;
  readonly faults: Faults;
  /** Every message in order, when they were asked for. */
  readonly sent: readonly SentMessage[];
  /** How often something happened that the history and the databases do not show. */
  readonly noticed: ReadonlyMap<string, number>;
  readonly broken: readonly Verdict[];
  readonly events: number;
};

export type SimulationOptions = {
  /** A bug to plant. */
  readonly plant?: PlantBug | undefined;
  /** Instead of what the seed says. */
  readonly conditions?: Partial<Conditions> | undefined;
  /** Exactly these faults, instead of those of the seed. */
  readonly faults?: Partial<Faults> | undefined;
  /** Only these of the customers. */
  readonly who?: readonly number[] | undefined;
  readonly keepsSent?: boolean;
  readonly onTrace?: ((line: string, at: number) => void) | undefined;
};

const lateArrivalsMs = 2000;
const readsMs = 500;

/** One run of the simulated system: the same seed gives the same run, event by event. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Simulation> {
  const random = seededRandom(seed);
  const conditions = { ...conditionsOf(random.fork('conditions')), ...options.conditions };
  const messages = new MessageFaults(random.fork('messages'), {
    given: options.faults?.messages,
    keepsSent: options.keepsSent ?? false,
  });
  const world = new World(random.fork('world'), messages, options.onTrace);
  const system = buildSystem(world, conditions, options.plant);
  const log = openHistoryLog({ clock: world });
  const closing = new AbortController();
  const scheduled =
    options.faults?.scheduled ?? drawSchedule(targetsIn(conditions), conditions, random.fork('faults'));

  injectFaults(system, scheduled);
  world.setTimer(log.healed, conditions.faultsMs);
  const customers = startCustomers(system, {
    log,
    random: random.fork('customers'),
    closing: closing.signal,
    who: options.who ?? Array.from({ length: conditions.customers }, (_, index) => index + 1),
  });
  startOperator(system, { log, closing: closing.signal });
  changePrices(system, log, random.fork('prices'));
  const watched = watch(system);

  await world.runUntil(conditions.faultsMs);
  const isQuiet = () => customers.waiting.size === 0 && isSettled(system.databases);
  await runUntilQuiet(world, isQuiet, conditions.faultsMs + maxSettleMs);
  closing.abort();
  // Messages that are still under way arrive now, long after every order was settled.
  await world.runUntil(world.now() + lateArrivalsMs);
  await passRetention(system);
  await readAgain(system, log);
  const state = stateOf(system, watched());
  for (const close of system.closing) close();
  return {
    seed,
    conditions,
    history: log.entries,
    databases: system.databases,
    state,
    faults: { scheduled, messages: messages.happened },
    sent: messages.sent ?? [],
    noticed: system.noticed,
    broken: check(log.entries, state).filter(({ holds }) => !holds),
    events: world.happened,
  };
}

/** The next day: what may be forgotten is forgotten. */
async function passRetention({ world, conditions, ordersDatabase }: SimulatedSystem): Promise<void> {
  ordersDatabase.jumpClock(Math.max(conditions.keepKeysMs, conditions.keepDeliveredMs));
  await world.runUntil(world.now() + 3 * conditions.sweepMs);
}

/** Whatever was forgotten, each order that was acknowledged can be read. */
async function readAgain(system: SimulatedSystem, log: HistoryLog): Promise<void> {
  const api = simulatedApi(system, new Machine(system.world, 'auditor').process);
  const acknowledged = new Set(log.entries.flatMap((entry) => (entry.type === 'ok' ? [entry.orderId] : [])));
  for (const orderId of acknowledged) log.attempt({ operation: 'read', orderId }, () => api.read(orderId));
  await system.world.runUntil(system.world.now() + readsMs);
}

function isSettled({ orders, inventory, recommendation }: Databases): boolean {
  return (
    orders.rows.every(({ doneAtMs }) => doneAtMs !== null) &&
    inventory.reservations.every(({ status }) => status !== 'reserved') &&
    [...recommendation.purchases.values()].every(({ isCounted }) => isCounted)
  );
}

async function runUntilQuiet(world: World, isQuiet: () => boolean, deadline: number): Promise<void> {
  while (world.now() < deadline && !isQuiet()) await world.runUntil(Math.min(deadline, world.now() + 100));
}
