import { sleep } from '../sleep.ts';
import type { Machine } from './machine.ts';

/** Repeats a task of a service until its machine crashes. A task that gives true has more to do at once. */
export async function inBackground(
  machine: Machine,
  everyMs: number,
  run: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const more = await run().catch(() => false);
    // Going on at once takes a moment too, or a task that never waits would keep time from passing.
    await sleep(machine, more === true ? 0.01 : everyMs);
  }
}
