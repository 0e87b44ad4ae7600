import type { Random } from './clock.ts';

export interface Backoff {
  /** The delay before the first retry, before jitter; each later one doubles. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /**
   * `full`: anything up to the delay. `equal`: between half of the delay and all of it. `none`: the delay itself.
   * @default 'full'
   */
  readonly jitter?: 'full' | 'equal' | 'none';
}

/**
 * The delay in ms before the retry that follows failure number `failures` (1 for the first): exponential, capped, with
 * jitter, because callers that failed together must not come back together (Marc Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015).
 *
 * @example backoffMs({ baseDelayMs: 50, maxDelayMs: 1000 }, 3) // 0 to 200
 */
export function backoffMs(backoff: Backoff, failures: number, random: Random = Math.random): number {
  const { baseDelayMs, maxDelayMs, jitter = 'full' } = backoff;
  const delayMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1));
  if (jitter === 'none') return delayMs;
  return jitter === 'full' ? random() * delayMs : (delayMs / 2) * (1 + random());
}
