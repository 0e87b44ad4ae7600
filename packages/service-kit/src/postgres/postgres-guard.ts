import { dependency, type OperationsOptions, standardPolicy } from '@ballast/resilience';
import { isContended, isDatabaseAway } from './database-problem.ts';

/**
 * Guards the database of a service, for `guardedStore`: a breaker in front makes its absence a fast 503 instead of a
 * queue. It has no degraded answer, because a database is required.
 *
 * @param poolMax connections in the pool: the bulkhead is as wide, so that calls queue here, where the shedder is told
 * of their wait, and not in the pool, where nobody is
 * @param timing the clock and the random source of the process, where these are not its own
 */
export function postgresGuard(poolMax: number, timing: Pick<OperationsOptions, 'clock' | 'random'> = {}) {
  return dependency<() => Promise<unknown>, unknown>({
    name: 'postgres',
    policy: standardPolicy({
      deadlineMs: 1500,
      attemptTimeoutMs: 1000,
      bulkhead: { maxConcurrent: poolMax, maxQueue: 256, queueTimeoutMs: 500 },
      retry: { maxAttempts: 1 },
      // One probe and a ramp that takes no time. Calls that a longer recovery holds back open the breakers of the
      // services that sent them, and without their calls it makes no progress. The pool bounds the load on a database
      // that returns.
      breaker: { windowMs: 1000, minCalls: 5, openMs: 500, maxOpenMs: 1000, probes: 1, rampStageMs: 0 },
      // A row that others hold is no fault of the database: counting it would take every other row along. A table that
      // is locked as a whole shows as slow calls.
      classify: (error) => (isContended(error) ? 'busy' : undefined),
      isFailure: isDatabaseAway,
    }),
    call: (query) => query(),
    ...timing,
  });
}
