/** The protections that can be switched while the system runs; the flag of each is `protection.<name>`. */
export const protectionNames = [
  'breaker',
  'bulkhead',
  'retry-budget',
  'timeouts',
  'fallback',
  'cache',
  'shedding',
  'deadline',
] as const;
export type ProtectionName = (typeof protectionNames)[number];
