import type { SeededRandom } from '../seeded-random.ts';
import type { Link } from './machine.ts';

/** What one seed decides about a run. */
export type Conditions = {
  readonly replicas: number;
  readonly customers: number;
  /** How long faults are on. */
  readonly faultsMs: number;
  readonly lockMs: number;
  readonly leaseMs: number;
  readonly reservationMs: number;
  readonly pollMs: number;
  /** Pieces of each product: few, so that customers compete. */
  readonly supply: Readonly<Record<string, number>>;
  /** Between services, while faults are on. */
  readonly network: Link;
  /** Between a service and its database: connections break, but no message is doubled. */
  readonly wire: Link;
  /** Mean time between two faults of that kind, over all machines; never when infinite. */
  readonly crashEveryMs: number;
  readonly databaseCrashEveryMs: number;
  readonly clockJumpEveryMs: number;
};

const never = Number.POSITIVE_INFINITY;
const healthy = { minDelayMs: 0.2, maxDelayMs: 4, lossRatio: 0, duplicateRatio: 0, lateRatio: 0 };
/** Without faults. */
export const healthyNetwork: Link = { ...healthy, timeoutMs: 400 };
export const healthyWire: Link = { ...healthy, timeoutMs: 1000 };

/**
 * Each seed leaves some kinds of fault out: with all of them at once no order gets far enough to reach the rare states
 * (swarm testing, Groce et al. 2012).
 */
export function conditionsOf(random: SeededRandom): Conditions {
  const sometimes = (ratio: number) => (random.chance(0.6) ? ratio * random.next() : 0);
  const every = (meanMs: number) => (random.chance(0.7) ? meanMs * (0.3 + random.next()) : never);
  return {
    replicas: random.integer(1, 2),
    customers: random.integer(5, 25),
    // Now and then long enough for the relay to give up on a row.
    faultsMs: random.chance(0.02) ? random.integer(20_000, 60_000) : random.integer(500, 5000),
    // Shorter than a request may take, so that the relay and the request work on the same order.
    lockMs: random.pick([100, 1000, 5000]),
    leaseMs: random.pick([100, 1000, 6000]),
    reservationMs: random.pick([50, 500, 3000]),
    pollMs: random.pick([50, 250]),
    supply: { mug: random.integer(1, 30), lamp: random.integer(1, 30), desk: random.integer(1, 200) },
    network: {
      minDelayMs: 0.2,
      maxDelayMs: random.pick([4, 50, 300]),
      lossRatio: sometimes(0.3),
      duplicateRatio: sometimes(0.3),
      lateRatio: sometimes(0.2),
      timeoutMs: 400,
    },
    wire: {
      ...healthyWire,
      maxDelayMs: random.pick([4, 20]),
      lossRatio: sometimes(0.05),
      lateRatio: sometimes(0.02),
    },
    crashEveryMs: every(400),
    databaseCrashEveryMs: every(1500),
    clockJumpEveryMs: every(800),
  };
}
