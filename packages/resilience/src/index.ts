export type { BreakerSettings, BreakerSnapshot } from './breaker/breaker-settings.ts';
export { defaultAnswer } from './degrade/default-answer.ts';
export type { DegradedAnswer, DegradeStep } from './degrade/degrade.ts';
export { type StaleCache, type StaleIfErrorOptions, staleIfError } from './degrade/stale-if-error.ts';
export type {
  Answer,
  Dependency,
  DependencyPatch,
  DependencySnapshot,
} from './dependency/dependency.ts';
export type { DependencyOptions } from './dependency/dependency-options.ts';
export { dependency } from './dependency/guarded-dependency.ts';
export type { Policy, ProtectionSnapshots } from './dependency/policy.ts';
export { type PolicyPatch, type PolicySettings, policyDefaults } from './dependency/policy-settings.ts';
export { type PolicyOptions, standardPolicy } from './dependency/standard-policy.ts';
export type { CallContext } from './pipeline/attempt.ts';
export type { CallOptions, Priority } from './pipeline/call-options.ts';
export type { ContextCarrier } from './pipeline/context-carrier.ts';
export {
  AttemptTimeoutError,
  BreakerOpenError,
  BulkheadFullError,
  CancelledError,
  DeadlineExceededError,
  type ErrorCode,
  RateLimitedError,
  RejectedError,
  SupersededError,
  ThrottledError,
} from './pipeline/errors.ts';
export type {
  BreakerState,
  EventListener,
  ResilienceEvent,
  RetryRejection,
  Source,
} from './pipeline/events.ts';
export type { OutcomeKind, RejectionCode } from './pipeline/outcome.ts';
export type { CallErrorHints } from './pipeline/verdict.ts';
export { type Clock, type Random, systemClock, type Timer } from './primitives/clock.ts';
export { InvalidOptionError } from './primitives/invalid-option-error.ts';
export {
  type Admission,
  createLoadShedder,
  type LoadShedder,
  type ShedderOptions,
  type ShedderSnapshot,
  type ShedReason,
} from './shedder/load-shedder.ts';
export type { ShedderSettings } from './shedder/shedder-settings.ts';
