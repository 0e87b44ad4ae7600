import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, checkOptions } from '../primitives/options.ts';

export interface EventuallyOptions {
  /** @default 10000 */
  readonly withinMs?: number;
  /** @default 50 */
  readonly everyMs?: number;
}

/**
 * Tries until the attempt neither throws nor returns false, and returns its result; after `withinMs` the last failure
 * is the cause of the error.
 *
 * @example await eventually('the breaker opens', () => expect(guard.snapshot().policies.breaker.state).toBe('open'));
 */
export async function eventually<T>(
  what: string,
  attempt: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<T> {
  checkOptions('eventually', options, { withinMs: atLeast(0), everyMs: atLeast(0) });
  const { withinMs = 10_000, everyMs = 50 } = options;
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    let cause: unknown = 'it is not so';
    try {
      const result = await attempt();
      if (result !== false) return result;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > endsAtMs) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${what}: not within ${withinMs} ms; last: ${why}`, { cause });
    }
    await delay(everyMs);
  }
}
