import { calmNetwork, calmWire } from './conditions.ts';
import type { Machine } from './machine.ts';
import { machinesOf, type Site } from './site.ts';

const longestOutageMs = 2000;
const longestJumpMs = 10_000;

/** Crashes, restarts and clock jumps at random moments, and a bad network, until the storm is over. */
export function brewStorm(site: Site): void {
  const { world, conditions } = site;
  site.network = conditions.network;
  site.wire = conditions.wire;
  const services = machinesOf(site);
  const databases = [site.ordersDatabase, site.inventoryDatabase];
  strike(site, conditions.crashEveryMs, () => crash(site, world.random.pick(services)));
  strike(site, conditions.databaseCrashEveryMs, () => crash(site, world.random.pick(databases)));
  strike(site, conditions.clockJumpEveryMs, () => {
    const machine = world.random.pick([...services, ...databases]);
    // A database whose clock is set back keeps leases for that much longer: allowed, but not within ten seconds.
    const earliest = databases.includes(machine) ? 0 : -longestJumpMs;
    machine.jumpClock(earliest + (longestJumpMs - earliest) * world.random.next());
  });
  world.after(conditions.stormMs, () => {
    site.network = calmNetwork;
    site.wire = calmWire;
    for (const machine of [...services, ...databases]) machine.start();
  });
}

/** At random moments, `meanMs` apart on average. */
function strike({ world, conditions }: Site, meanMs: number, act: () => void): void {
  const next = () => {
    const gapMs = -Math.log(1 - world.random.next()) * meanMs;
    if (world.now + gapMs >= conditions.stormMs) return;
    world.after(gapMs, () => {
      act();
      next();
    });
  };
  next();
}

function crash({ world }: Site, machine: Machine): void {
  machine.crash();
  world.after(world.random.next() ** 2 * longestOutageMs, () => machine.start());
}
