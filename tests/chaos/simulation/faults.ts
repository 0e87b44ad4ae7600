import type { SeededRandom } from '../seeded-random.ts';
import { type Conditions, healthyNetwork, healthyRedisLink, healthyWire } from './conditions.ts';
import type { Machine } from './machine.ts';
import { machinesOf, type SimulatedSystem } from './simulated-system.ts';

/** A fault at a moment, rather than of one message. */
export type ScheduledFault = {
  readonly at: number;
  readonly kind: 'crash' | 'stall' | 'clock jump' | 'misroute';
  /** A machine, or for a misroute a service. */
  readonly target: string;
  /** How long it lasts; for a clock, how far it jumps. */
  readonly ms: number;
};

const longestOutageMs = 2000;
const longestStallMs = 1500;
const longestJumpMs = 4 * 3_600_000;
const longestMisrouteMs = 3000;
/** A relay gives up on a row whose receiver rejects it within this time. */
const shortestMisrouteMs = 500;

/** Names of machines, as faults know them. */
export type Targets = {
  readonly services: readonly string[];
  readonly databases: readonly string[];
};

/** The faults of a run, drawn before it begins: what happens in the run does not move them. */
export function drawSchedule(
  { services, databases }: Targets,
  conditions: Conditions,
  random: SeededRandom,
): ScheduledFault[] {
  const faults: ScheduledFault[] = [];
  function repeat(meanMs: number, label: string, draw: (source: SeededRandom) => Omit<ScheduledFault, 'at'>) {
    const source = random.fork(label);
    for (let at = gap(source, meanMs); at < conditions.faultsMs; at += gap(source, meanMs))
      faults.push({ at, ...draw(source) });
  }
  const outageMs = (source: SeededRandom) => source.next() ** 2 * longestOutageMs;
  const crashOf = (targets: readonly string[]) => (source: SeededRandom) =>
    ({ kind: 'crash', target: source.pick(targets), ms: outageMs(source) }) as const;
  repeat(conditions.crashEveryMs, 'crashes', crashOf(services));
  repeat(conditions.databaseCrashEveryMs, 'crashes of databases', crashOf(databases));
  repeat(conditions.redisCrashEveryMs, 'crashes of Redis', crashOf(['redis']));
  repeat(conditions.clockJumpEveryMs, 'clock jumps', (source) => {
    const target = source.pick([...services, ...databases]);
    // The one of inventory holds reservations for longer when its clock is set back, which is late and not wrong.
    const earliest = target === 'inventory-database' ? 0 : -longestJumpMs;
    const latest = longestJumpMs;
    const share = source.chance(0.5) ? 0.001 : 1;
    return { kind: 'clock jump', target, ms: (earliest + (latest - earliest) * source.next()) * share };
  });
  repeat(conditions.stallEveryMs, 'stalls', (source) => ({
    kind: 'stall',
    target: source.pick([...services, ...databases, 'redis']),
    ms: source.next() ** 2 * longestStallMs,
  }));
  repeat(conditions.misrouteEveryMs, 'misroutes', (source) => ({
    kind: 'misroute',
    target: source.pick(['inventory', 'recommendation']),
    ms: shortestMisrouteMs + longestMisrouteMs * source.next(),
  }));
  return faults.sort((a, b) => a.at - b.at);
}

function gap(source: SeededRandom, meanMs: number): number {
  return -Math.log(1 - source.next()) * meanMs;
}

/** Does what the schedule says, with a bad network, for as long as the conditions say. */
export function injectFaults(system: SimulatedSystem, schedule: readonly ScheduledFault[]): void {
  const { world, conditions } = system;
  system.network = conditions.network;
  system.wire = conditions.wire;
  system.redisLink = conditions.redisLink;
  const machines = new Map(machinesOf(system).map((machine) => [machine.name, machine]));
  for (const fault of schedule)
    world.setTimer(() => inject(system, fault, machines.get(fault.target)), fault.at);
  world.setTimer(() => {
    system.network = healthyNetwork;
    system.wire = healthyWire;
    system.redisLink = healthyRedisLink;
    system.misrouted.clear();
    for (const machine of machines.values()) {
      machine.resume();
      machine.start();
    }
  }, conditions.faultsMs);
}

function inject(
  system: SimulatedSystem,
  { kind, target, ms }: ScheduledFault,
  machine: Machine | undefined,
): void {
  if (kind === 'misroute') {
    system.misrouted.add(target);
    system.world.trace(`${target} answers 404 for ${Math.round(ms)} ms`);
    system.world.setTimer(() => system.misrouted.delete(target), ms);
  } else if (kind === 'clock jump') machine?.jumpClock(ms);
  else if (kind === 'stall') machine?.stall(ms);
  else {
    if (target === 'redis') system.redisData.clear();
    machine?.crashFor(ms);
  }
}
