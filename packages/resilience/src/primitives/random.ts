import type { Random } from './clock.ts';
import { ignoreRejection } from './thenable.ts';

/** `random` where it gives numbers from 0 to 1, and `Math.random` where it throws or gives anything else. */
export function safeRandom(random: Random): Random {
  if (random === Math.random) return random;
  return () => {
    try {
      const number: unknown = random();
      if (typeof number === 'number' && number >= 0 && number <= 1) return number;
      ignoreRejection(number);
    } catch {}
    return Math.random();
  };
}
