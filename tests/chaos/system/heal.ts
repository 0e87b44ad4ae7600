import type { Clock } from '@ballast/resilience/primitives';
import { sleep } from '../sleep.ts';
import { readState, type StoredState } from './read-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';

const longestHealMs = 60_000;

/**
 * Starts whatever is still down, and lets the database commit again; resolves when every process is up. The faults
 * themselves have ended.
 *
 * @throws when a process does not come up.
 */
export async function heal({ processes, requireStandby }: SystemUnderTest, clock: Clock): Promise<void> {
  const downIn = () => [...processes.byName.values()].filter((process) => process.status().state !== 'up');
  requireStandby(false);
  const givesUpAt = clock.now() + longestHealMs;
  for (let down = downIn(); down.length > 0; down = downIn()) {
    const names = down.map((process) => process.status().name).join(', ');
    if (clock.now() > givesUpAt)
      throw new Error(`not up ${longestHealMs / 1000} s after the faults: ${names}`);
    for (const process of down)
      process
        .resume()
        .then(process.start.bind(process))
        .catch(() => {});
    await sleep(clock, 100);
  }
  requireStandby(false);
}

/** The state once nothing is in motion any more, or as it is after `withinMs`: the checker reports what is left. */
export async function quietState(
  system: Pick<SystemUnderTest, 'databaseUrl'>,
  { clock, withinMs }: { clock: Clock; withinMs: number },
): Promise<StoredState> {
  for (let waitedMs = 0; ; waitedMs += 500) {
    const state = await readState(system);
    if (isQuiet(state) || waitedMs >= withinMs) return state;
    await sleep(clock, 500);
  }
}

function isQuiet({ orders, outbox, reservations, popularity }: StoredState): boolean {
  return (
    orders.every(({ status }) => status !== 'pending') &&
    outbox.every(({ state }) => state === 'done') &&
    reservations.every(({ status }) => status !== 'reserved') &&
    popularity.every(({ counted, expected }) => counted === expected)
  );
}
