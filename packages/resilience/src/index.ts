export type { BreakerSettings } from './breaker/breaker-settings.ts';
export { defaultAnswer } from './degrade/default-answer.ts';
export type { DegradedAnswer, DegradeStep } from './degrade/degrade.ts';
export { type StaleCache, type StaleIfErrorOptions, staleIfError } from './degrade/stale-if-error.ts';
export {
  type Answer,
  type Dependency,
  type DependencyPatch,
  type DependencySnapshot,
  dependency,
} from './dependency/dependency.ts';
export type { DependencyOptions } from './dependency/dependency-options.ts';
export { type PolicyPatch, type PolicySettings, policyDefaults } from './dependency/policy-settings.ts';
export { type Policy, type PolicyOptions, standardPolicy } from './dependency/standard-policy.ts';
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
  type RefusalCode,
  RejectedError,
  SupersededError,
  ThrottledError,
} from './pipeline/errors.ts';
export type {
  BreakerState,
  EventListener,
  ResilienceEvent,
  RetryRefusal,
  Source,
} from './pipeline/events.ts';
export type { OutcomeKind } from './pipeline/outcome.ts';
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
