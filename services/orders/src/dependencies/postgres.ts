import { dependency, standardPolicy } from '@ballast/resilience';
import { isDatabaseAway } from '@ballast/service-kit';

/** The database: required. A breaker in front makes its absence a fast 503 instead of a queue. */
export function postgresDependency(poolMax: number) {
  return dependency<() => Promise<unknown>, unknown>({
    name: 'postgres',
    // As wide as the pool, so that the queue is here, where the shedder sees it, and not in the pool, where nobody does.
    policy: standardPolicy({
      deadlineMs: 1500,
      attemptTimeoutMs: 1000,
      bulkhead: { maxConcurrent: poolMax, maxQueue: 256, queueTimeoutMs: 500 },
      retry: { maxAttempts: 1 },
      breaker: { windowMs: 1000, minCalls: 5, openMs: 500, maxOpenMs: 1000, rampStageMs: 100 },
      isFailure: isDatabaseAway,
    }),
    call: (query) => query(),
  });
}
