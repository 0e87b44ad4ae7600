import type { ChaoticSystem } from './chaotic-system.ts';
import { readState, type StoredState } from './read-state.ts';

type Wait = (ms: number) => Promise<void>;

/** Brings back whatever is still down; resolves when every process is up. The faults themselves have ended. */
export async function heal({ processes }: ChaoticSystem, wait: Wait): Promise<void> {
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
    await wait(20);
  }
}

/** The state once nothing is in motion any more, or as it is after `patienceMs`: the checker will say what is left. */
export async function quietState(
  system: Pick<ChaoticSystem, 'databaseUrl'>,
  { wait, patienceMs }: { wait: Wait; patienceMs: number },
): Promise<StoredState> {
  for (let waitedMs = 0; ; waitedMs += 500) {
    const state = await readState(system);
    if (isQuiet(state) || waitedMs >= patienceMs) return state;
    await wait(500);
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
