/** What each flag is when no file says otherwise: every feature and every protection on. */
export const flagDefaults = {
  'feature.recommendations': true,
  'protection.breaker': true,
  'protection.bulkhead': true,
  'protection.retry-budget': true,
  'protection.timeouts': true,
  'protection.fallback': true,
  'protection.cache': true,
  'protection.shedding': true,
  'protection.deadline': true,
} as const satisfies Record<string, boolean>;
