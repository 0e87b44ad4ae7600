import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 250;

/** Tries until it succeeds; after `withinMs` the last failure is the error. */
export async function eventually<T>(what: string, withinMs: number, attempt: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (performance.now() > endsAt) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${what}: not within ${withinMs} ms; last: ${why}`, { cause });
      }
    }
    await delay(pauseMs);
  }
}
