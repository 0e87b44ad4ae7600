import './primitives/supported-runtime.ts';

export type { BreakerMemory, BreakerSettings, BreakerSnapshot } from './breaker/breaker-settings.ts';
export { type DefaultAnswerOptions, defaultAnswer } from './degrade/default-answer.ts';
export type { DegradeOn, DegradeReason, DegradeStep, StepAnswer } from './degrade/degrade.ts';
export { type StaleCache, type StaleIfErrorOptions, staleIfError } from './degrade/stale-if-error.ts';
export type {
  Answer,
  CallCountsSnapshot,
  DegradedAnswer,
  DisabledAnswer,
  LatencySnapshot,
  LiveAnswer,
} from './dependency/answer.ts';
export type {
  CallArguments,
  Dependency,
  DependencyPatch,
  DependencySnapshot,
  ExecuteOptions,
  FallbackSnapshot,
} from './dependency/dependency.ts';
export type { DependencyOptions, OperationsOptions } from './dependency/dependency-options.ts';
export type { DependencyState, ProtectionMemory, RestoreOptions } from './dependency/dependency-state.ts';
export { dependency } from './dependency/guarded-dependency.ts';
export {
  type Keyed,
  type KeyedEvent,
  type KeyedLimits,
  type KeyedSnapshot,
  keyed,
} from './dependency/keyed.ts';
export type { Policy, ProtectionSnapshots } from './dependency/policy.ts';
export { type PolicyPatch, type PolicySettings, policyDefaults } from './dependency/policy-settings.ts';
export { type PolicyOptions, standardPolicy } from './dependency/standard-policy.ts';
export { guardedResponse } from './http/guarded-response.ts';
export {
  HttpError,
  type HttpResponse,
  httpVerdict,
  type OkResponseOptions,
  okResponse,
} from './http/http-error.ts';
export { parseRetryAfter } from './http/retry-after.ts';
export { attemptErrors } from './pipeline/attempt-errors.ts';
export type { CallContext, CallOptions, Priority } from './pipeline/call-options.ts';
export type { ContextCarrier } from './pipeline/context-carrier.ts';
export {
  AttemptTimeoutError,
  BreakerOpenError,
  BulkheadFullError,
  CancelledError,
  DeadlineExceededError,
  DisabledError,
  DisposedError,
  type ErrorCode,
  RateLimitedError,
  RejectedError,
  StreamIdleError,
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
export { guardedStream, type StreamOptions } from './pipeline/guarded-stream.ts';
export type { OutcomeKind, RejectionCode, Verdict } from './pipeline/outcome.ts';
export {
  type CallErrorHints,
  type Classify,
  type ErrorVerdict,
  type FailureTest,
  retryAfterMsOf,
  verdictOfError,
} from './pipeline/verdict.ts';
export type { AdaptiveMemory, AdaptiveSnapshot } from './policies/adaptive-limit.ts';
export type { ThrottleSnapshot } from './policies/adaptive-throttle.ts';
export type { TimeoutSnapshot } from './policies/attempt-timeout.ts';
export type { BulkheadSnapshot } from './policies/bulkhead.ts';
export type { DeadlineSnapshot } from './policies/deadline.ts';
export type { HedgeSnapshot } from './policies/hedge.ts';
export type { RateLimitSnapshot } from './policies/rate-limiter.ts';
export type { RetrySnapshot } from './policies/retry.ts';
export type { RetryBudgetMemory } from './policies/retry-budget.ts';
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
