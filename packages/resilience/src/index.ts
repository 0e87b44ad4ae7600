export type { CallContext } from './attempt.ts';
export type { BreakerSettings } from './breaker-settings.ts';
export type { CallOptions, Priority } from './call-options.ts';
export { type Clock, type Random, systemClock, type Timer } from './clock.ts';
export type { ContextCarrier } from './context-carrier.ts';
export { defaultAnswer } from './default-answer.ts';
export type { DegradedAnswer, DegradeStep } from './degrade.ts';
export {
  type Answer,
  type Dependency,
  type DependencyPatch,
  type DependencySnapshot,
  dependency,
} from './dependency.ts';
export type { DependencyOptions } from './dependency-options.ts';
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
} from './errors.ts';
export type { BreakerState, EventListener, ResilienceEvent, RetryRefusal, Source } from './events.ts';
export {
  type Admission,
  createLoadShedder,
  type LoadShedder,
  type ShedderOptions,
  type ShedderSnapshot,
  type ShedReason,
} from './load-shedder.ts';
export type { OutcomeKind } from './outcome.ts';
export { type PolicyPatch, type PolicySettings, policyDefaults } from './policy-settings.ts';
export { InvalidOptionError } from './settings.ts';
export type { ShedderSettings } from './shedder-settings.ts';
export { type StaleCache, type StaleIfErrorOptions, staleIfError } from './stale-if-error.ts';
export { type Policy, type PolicyOptions, standardPolicy } from './standard-policy.ts';
export type { CallErrorHints } from './verdict.ts';
