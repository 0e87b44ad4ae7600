import type { Clock } from '@ballast/resilience/primitives';
import { sleep } from '../sleep.ts';
import { readState, type StoredState } from './read-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';

/** Starts whatever is still down, and lets the database commit again; resolves when every process is up. The faults themselves have ended. */
export async function heal({ processes, requireStandby }: SystemUnderTest, clock: Clock): Promise<void> {
  const all = [...processes.byName.values()];
  while (all.some((process) => process.status().state !== 'up')) {
    await Promise.all(
      all.map((process) =>
        process
          .resume()
          .then(() => process.start())
          .catch(() => {}),
      ),
    );
    await sleep(clock, 20);
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
