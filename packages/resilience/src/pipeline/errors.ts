import { errorCode } from '../primitives/error-code.ts';
import type { NoSuccess, Outcome, Rejection, RejectionCode } from './outcome.ts';

/** Every stable `code` of this package's errors. */
export type ErrorCode =
  | RejectionCode
  | 'E_ATTEMPT_TIMEOUT'
  | 'E_STREAM_IDLE'
  | 'E_CANCELLED'
  | 'E_SUPERSEDED'
  | 'E_INVALID_OPTION';

/** A policy did not let the call through. Base class of every rejection. */
export class RejectedError extends Error {
  override readonly name: string = 'RejectedError';
  readonly code: RejectionCode;
  readonly dependency: string;
  readonly policy: string;
  /** The limit that was hit, in the unit of `option`. */
  readonly limit: number;
  /** The option to change if the limit is wrong. */
  readonly option: string;
  /** When another call may get through, where that is known. */
  readonly retryAfterMs: number | undefined;

  /** @param cause the error of the attempt before, if there was one */
  constructor(dependency: string, rejection: Rejection, cause?: unknown) {
    const message = `${dependency}: ${rejection.detail} (${rejection.option} = ${rejection.limit})`;
    super(message, cause === undefined ? undefined : { cause });
    this.code = rejection.code;
    this.dependency = dependency;
    this.policy = rejection.policy;
    this.limit = rejection.limit;
    this.option = rejection.option;
    this.retryAfterMs = rejection.retryAfterMs;
  }
}

/** The circuit breaker is open or isolated, or half-open with every probe taken. */
export class BreakerOpenError extends RejectedError {
  override readonly name = 'BreakerOpenError';
}

/** Every permit is taken and the queue is full, or the wait in it was too long. */
export class BulkheadFullError extends RejectedError {
  override readonly name = 'BulkheadFullError';
}

/** The token bucket is empty. */
export class RateLimitedError extends RejectedError {
  override readonly name = 'RateLimitedError';
}

/** The dependency accepts so little that this client rejects some calls itself. */
export class ThrottledError extends RejectedError {
  override readonly name = 'ThrottledError';
}

/** `dispose()` was called before this call. */
export class DisposedError extends RejectedError {
  override readonly name = 'DisposedError';
}

/** The flag of the dependency is off, and the operation has no lesser answer. */
export class DisabledError extends RejectedError {
  override readonly name = 'DisabledError';
}

/** The time for the whole call is used up, or too little of it is left to be useful. */
export class DeadlineExceededError extends RejectedError {
  override readonly name = 'DeadlineExceededError';
}

/** One attempt took longer than `attemptTimeoutMs` and was cancelled: a failure, not a rejection. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError';
  readonly code = 'E_ATTEMPT_TIMEOUT';
  readonly dependency: string;
  readonly timeoutMs: number;

  constructor(dependency: string, timeoutMs: number) {
    super(`${dependency}: no answer in time (attemptTimeoutMs = ${timeoutMs})`);
    this.dependency = dependency;
    this.timeoutMs = timeoutMs;
  }
}

/** A guarded stream had no next chunk for `idleTimeoutMs`. */
export class StreamIdleError extends Error {
  override readonly name = 'StreamIdleError';
  readonly code = 'E_STREAM_IDLE';
  readonly dependency: string;
  readonly timeoutMs: number;

  constructor(dependency: string, timeoutMs: number) {
    super(`${dependency}: no chunk in time (idleTimeoutMs = ${timeoutMs})`);
    this.dependency = dependency;
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's own signal was aborted; `cause` is its reason. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  readonly code = 'E_CANCELLED';
  readonly dependency: string;

  constructor(dependency: string, reason: unknown) {
    super(`${dependency}: cancelled by the caller`, { cause: reason });
    this.dependency = dependency;
  }
}

/**
 * Another attempt of the same call answered first: the reason a hedge's loser is aborted with. No caller ever gets it.
 */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
  readonly code = 'E_SUPERSEDED';
  readonly dependency: string;

  constructor(dependency: string) {
    super(`${dependency}: another attempt answered first`);
    this.dependency = dependency;
  }
}

const rejectionClasses: Readonly<Record<RejectionCode, typeof RejectedError>> = {
  E_BREAKER_OPEN: BreakerOpenError,
  E_BULKHEAD_FULL: BulkheadFullError,
  E_RATE_LIMITED: RateLimitedError,
  E_THROTTLED: ThrottledError,
  E_DEADLINE: DeadlineExceededError,
  E_DISPOSED: DisposedError,
  E_DISABLED: DisabledError,
};

/** The error of a call that comes after `dispose`. */
export function disposedError(dependency: string): DisposedError {
  const detail = 'it has been disposed of';
  const rejection = { code: 'E_DISPOSED', policy: 'dispose', detail, limit: 0, option: 'dispose' } as const;
  return new DisposedError(dependency, { ...rejection, retryAfterMs: undefined });
}

/** Makes the error of an outcome, now that somebody is going to throw it. */
export function errorOf(dependency: string, outcome: NoSuccess, earlier?: unknown): unknown {
  if (outcome.kind === 'failure') return outcome.error;
  if (outcome.kind === 'cancelled') return new CancelledError(dependency, outcome.reason);
  if (outcome.kind === 'rejected')
    return new rejectionClasses[outcome.rejection.code](dependency, outcome.rejection, earlier);
  return outcome.code === 'E_DEADLINE'
    ? new DeadlineExceededError(dependency, deadlineRejection(outcome.limitMs), earlier)
    : new AttemptTimeoutError(dependency, outcome.limitMs);
}

/** The error that the call threw; undefined for an outcome whose error code says all. */
export function causeOf(outcome: Outcome): unknown {
  return outcome.kind === 'failure' ? outcome.error : undefined;
}

/** The stable code that says why an outcome is no success; a failure's own `code`, else its name. */
export function errorCodeOf(outcome: NoSuccess): string {
  if (outcome.kind === 'rejected') return outcome.rejection.code;
  if (outcome.kind === 'timeout') return outcome.code;
  if (outcome.kind === 'cancelled') return 'E_CANCELLED';
  return errorCode(outcome.error);
}

export function deadlineRejection(limitMs: number): Rejection {
  return {
    code: 'E_DEADLINE',
    policy: 'deadline',
    detail: 'no time left',
    limit: limitMs,
    option: 'deadlineMs',
    retryAfterMs: undefined,
  };
}
