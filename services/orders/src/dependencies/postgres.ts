import { dependency, standardPolicy } from '@ballast/resilience';
import { isDatabaseAway } from '@ballast/service-kit';

/** The database: required. A breaker in front makes its absence a fast 503 instead of a queue. */
export function postgresDependency() {
  return dependency<() => Promise<unknown>, unknown>({
    name: 'postgres',
    // The bulkhead is wider than the pool: a short queue there keeps every connection busy.
    policy: standardPolicy({
      deadlineMs: 1500,
      attemptTimeoutMs: 1000,
      bulkhead: { maxConcurrent: 64, maxQueue: 64, queueTimeoutMs: 200 },
      retry: { maxAttempts: 1 },
      breaker: { windowMs: 1000, minCalls: 5, openMs: 500, maxOpenMs: 1000, rampStageMs: 100 },
      isFailure: isDatabaseAway,
    }),
    call: (query) => query(),
  });
}
