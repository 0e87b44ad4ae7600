import type { SeededRandom } from '../seeded-random.ts';
import type { Link } from './link.ts';

/** What one seed decides about a run. */
export type Conditions = {
  readonly replicas: number;
  readonly customers: number;
  /** How long faults are on. */
  readonly faultsMs: number;
  /** Settings of the services; everything else is as it is shipped. */
  readonly lockMs: number;
  readonly leaseMs: number;
  /** Attempts of an outbox row that the receiver rejects, before it is parked. */
  readonly maxAttempts: number;
  readonly reservationMs: number;
  readonly pollMs: number;
  readonly sweepMs: number;
  /** Connections to a database, per process. */
  readonly poolMax: number;
  readonly keepKeysMs: number;
  readonly keepDeliveredMs: number;
  /** Pieces of each product: few, so that customers compete. */
  readonly supply: Readonly<Record<string, number>>;
  readonly catalogueRefreshMs: number;
  readonly priceChangeEveryMs: number;
  /** Between services, while faults are on. */
  readonly network: Link;
  /** Between a service and its database: connections break, but no message is doubled. */
  readonly wire: Link;
  readonly redisLink: Link;
  /** Mean time between two faults of that kind, over all machines; never when infinite. */
  readonly crashEveryMs: number;
  readonly databaseCrashEveryMs: number;
  readonly redisCrashEveryMs: number;
  readonly clockJumpEveryMs: number;
  readonly stallEveryMs: number;
  /** A deployment gone wrong: a service answers 404 for everything. */
  readonly misrouteEveryMs: number;
};

const never = Number.POSITIVE_INFINITY;
const healthy = { minDelayMs: 0.2, maxDelayMs: 4, lossRatio: 0, duplicateRatio: 0, lateRatio: 0 };
/** Without faults. */
export const healthyNetwork: Link = { ...healthy, lateMs: 400, timeoutMs: 10_000 };
export const healthyWire: Link = { ...healthy, lateMs: 500, timeoutMs: 1200 };
export const healthyRedisLink: Link = { ...healthy, maxDelayMs: 1, lateMs: 50, timeoutMs: 1000 };

/** What a product costs at first, so that no two cost the same. */
export const priceCentsOf: Readonly<Record<string, number>> = { mug: 990, lamp: 4550, desk: 19_900 };

/**
 * Each seed leaves some kinds of fault out: with all of them at once no order gets far enough to reach the rare states
 * (swarm testing, Groce et al. 2012).
 */
export function conditionsOf(random: SeededRandom): Conditions {
  const sometimes = (ratio: number) => (random.chance(0.6) ? ratio * random.next() : 0);
  const every = (meanMs: number, chance = 0.6) =>
    random.chance(chance) ? meanMs * (0.3 + random.next()) : never;
  // Now and then long enough for the relay to give up on a row.
  const faultsMs = random.chance(0.02) ? random.integer(20_000, 60_000) : random.integer(500, 5000);
  return {
    replicas: 2,
    customers: random.integer(5, 25),
    faultsMs,
    // Shorter than a request may take, so that the relay and the request work on the same order.
    lockMs: random.pick([100, 1000, 5000]),
    leaseMs: random.pick([100, 1000, 6000]),
    maxAttempts: random.pick([2, 8]),
    reservationMs: random.pick([100, 500, 3000]),
    pollMs: random.pick([50, 250]),
    sweepMs: random.pick([200, 1000]),
    poolMax: random.pick([2, 10]),
    keepKeysMs: 86_400_000,
    keepDeliveredMs: random.pick([1000, 86_400_000]),
    supply: { mug: random.integer(1, 30), lamp: random.integer(1, 30), desk: random.integer(1, 200) },
    catalogueRefreshMs: random.pick([500, 10_000]),
    priceChangeEveryMs: every(1000),
    network: {
      ...healthyNetwork,
      maxDelayMs: random.pick([4, 50, 300]),
      lossRatio: sometimes(0.3),
      duplicateRatio: sometimes(0.3),
      lateRatio: sometimes(0.2),
    },
    wire: {
      ...healthyWire,
      maxDelayMs: random.pick([4, 20, 60]),
      lossRatio: sometimes(0.05),
      lateRatio: sometimes(0.02),
    },
    redisLink: {
      ...healthyRedisLink,
      maxDelayMs: random.pick([1, 20, 100]),
      lossRatio: sometimes(0.1),
      lateRatio: sometimes(0.2),
    },
    crashEveryMs: every(400),
    databaseCrashEveryMs: every(1500),
    redisCrashEveryMs: every(1500),
    clockJumpEveryMs: every(800),
    stallEveryMs: every(800),
    misrouteEveryMs: every(2000, 0.3),
  };
}
