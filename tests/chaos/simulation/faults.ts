import { healthyNetwork, healthyWire } from './conditions.ts';
import type { Machine } from './machine.ts';
import { machinesOf, type SimulatedSystem } from './simulated-system.ts';

const longestOutageMs = 2000;
const longestJumpMs = 10_000;

/** Crashes, restarts and clock jumps at random moments, and a bad network, for as long as the conditions say. */
export function injectFaults(system: SimulatedSystem): void {
  const { world, conditions } = system;
  system.network = conditions.network;
  system.wire = conditions.wire;
  const services = machinesOf(system);
  const databases = [system.ordersDatabase, system.inventoryDatabase];
  repeat(system, conditions.crashEveryMs, () => crash(system, world.random.pick(services)));
  repeat(system, conditions.databaseCrashEveryMs, () => crash(system, world.random.pick(databases)));
  repeat(system, conditions.clockJumpEveryMs, () => {
    const machine = world.random.pick([...services, ...databases]);
    // A database whose clock is set back keeps leases for longer, which is allowed and breaks the ten seconds of I10.
    const earliest = databases.includes(machine) ? 0 : -longestJumpMs;
    machine.jumpClock(earliest + (longestJumpMs - earliest) * world.random.next());
  });
  world.setTimer(() => {
    system.network = healthyNetwork;
    system.wire = healthyWire;
    for (const machine of [...services, ...databases]) machine.start();
  }, conditions.faultsMs);
}

/** Acts at random moments, `meanMs` apart on average. */
function repeat({ world, conditions }: SimulatedSystem, meanMs: number, act: () => void): void {
  const next = () => {
    const gapMs = -Math.log(1 - world.random.next()) * meanMs;
    if (world.now() + gapMs >= conditions.faultsMs) return;
    world.setTimer(() => {
      act();
      next();
    }, gapMs);
  };
  next();
}

function crash({ world }: SimulatedSystem, machine: Machine): void {
  machine.crash();
  world.setTimer(() => machine.start(), world.random.next() ** 2 * longestOutageMs);
}
