import type { Clock, Random, Timer } from '@ballast/resilience/primitives';

export interface ArrivalsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** A customer comes. `intendedAtMs` is when the schedule says, which is never later than now. */
  readonly onArrival: (intendedAtMs: number) => void;
}

export interface Arrivals {
  setRate(perSecond: number): void;
}

/**
 * Customers who come whether or not the ones before them were served: a Poisson process. The schedule does not wait
 * for answers, so a slow system meets as many customers as a fast one, and the wait of each is counted from the
 * moment it was due (Tene, "How NOT to measure latency": no coordinated omission).
 */
export function createArrivals({ clock, random, onArrival }: ArrivalsOptions): Arrivals {
  let perSecond = 0;
  let nextAtMs = 0;
  let timer: Timer | undefined;

  const gapMs = (): number => (-Math.log(1 - random()) * 1000) / perSecond;

  function wait(): void {
    timer = clock.setTimer(arrive, Math.max(0, nextAtMs - clock.now()));
  }

  function arrive(): void {
    for (const now = clock.now(); nextAtMs <= now; nextAtMs += gapMs()) onArrival(nextAtMs);
    wait();
  }

  return {
    setRate(rate) {
      timer?.cancel();
      perSecond = rate;
      if (rate === 0) return;
      nextAtMs = clock.now() + gapMs();
      wait();
    },
  };
}
