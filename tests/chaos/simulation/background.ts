import type { Machine } from './machine.ts';

/** What a service does without being asked, again and again until its machine crashes. */
export async function inBackground(
  machine: Machine,
  everyMs: number,
  run: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const more = await run().catch(() => false);
    // Even going on at once takes a moment, or a task that never waits would stop the world.
    await machine.wait(more === true ? 0.01 : everyMs);
  }
}
