import { dependency, standardPolicy } from '@ballast/resilience';
import { isContended, isDatabaseAway } from './database-problem.ts';

/**
 * Guards the database of a service, for `guardedStore`: a breaker in front makes its absence a fast 503 instead of a
 * queue. It has no degraded answer, because a database is required.
 *
 * @param poolMax connections in the pool: the bulkhead is as wide, so that calls queue here, where the shedder is told
 * of their wait, and not in the pool, where nobody is
 */
export function postgresGuard(poolMax: number) {
  return dependency<() => Promise<unknown>, unknown>({
    name: 'postgres',
    policy: standardPolicy({
      deadlineMs: 1500,
      attemptTimeoutMs: 1000,
      bulkhead: { maxConcurrent: poolMax, maxQueue: 256, queueTimeoutMs: 500 },
      retry: { maxAttempts: 1 },
      breaker: { windowMs: 1000, minCalls: 5, openMs: 500, maxOpenMs: 1000, rampStageMs: 100 },
      // A row that others hold is no fault of the database: counting it would take every other row along. A table that
      // is locked as a whole shows as slow calls.
      classify: (error) => (isContended(error) ? 'busy' : undefined),
      isFailure: isDatabaseAway,
    }),
    call: (query) => query(),
  });
}
