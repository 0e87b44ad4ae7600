import type { Outcome, Refusal } from './outcome.ts';

/** Every stable `code` this package throws. */
export type ErrorCode =
  | 'E_BREAKER_OPEN'
  | 'E_BULKHEAD_FULL'
  | 'E_RATE_LIMITED'
  | 'E_DEADLINE'
  | 'E_THROTTLED'
  | 'E_ATTEMPT_TIMEOUT'
  | 'E_CANCELLED';

/** A policy did not let the call through: nothing was sent by this attempt. Base class of every refusal. */
export class RejectedError extends Error {
  override readonly name: string = 'RejectedError';
  readonly code: ErrorCode;
  readonly dependency: string;
  readonly policy: string;
  /** The limit that was hit, in the unit of `option`. */
  readonly limit: number;
  /** The option to change if this limit is wrong. */
  readonly option: string;
  /** When another call may get through, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(dependency: string, refusal: Refusal, sentence: string) {
    super(`${dependency}: ${sentence} (${refusal.option} = ${refusal.limit})`);
    this.code = refusal.code;
    this.dependency = dependency;
    this.policy = refusal.policy;
    this.limit = refusal.limit;
    this.option = refusal.option;
    this.retryAfterMs = refusal.retryAfterMs;
  }
}

/** The circuit breaker is open, isolated, or its probes are all taken. */
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

/** The time for the whole call is used up, or too little of it is left to be useful. */
export class DeadlineExceededError extends RejectedError {
  override readonly name = 'DeadlineExceededError';
}

/** The dependency refuses so much that this client refuses some of it itself. */
export class ThrottledError extends RejectedError {
  override readonly name = 'ThrottledError';
}

/** One attempt took longer than `attemptTimeoutMs` and was cancelled: a failure, not a refusal. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError';
  readonly code = 'E_ATTEMPT_TIMEOUT';
  readonly dependency: string;
  readonly timeoutMs: number;

  constructor(dependency: string, timeoutMs: number) {
    super(`${dependency}: no answer within ${timeoutMs} ms (attemptTimeoutMs)`);
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

const refusals = {
  E_BREAKER_OPEN: (name: string, r: Refusal) => new BreakerOpenError(name, r, 'the circuit breaker is open'),
  E_BULKHEAD_FULL: (name: string, r: Refusal) => new BulkheadFullError(name, r, 'too many calls at once'),
  E_RATE_LIMITED: (name: string, r: Refusal) => new RateLimitedError(name, r, 'too many calls per second'),
  E_DEADLINE: (name: string, r: Refusal) => new DeadlineExceededError(name, r, 'out of time'),
  E_THROTTLED: (name: string, r: Refusal) => new ThrottledError(name, r, 'refused by its own throttle'),
} as const;

/** Turns refusal data into the error a caller can catch. */
export function refusalError(dependency: string, refusal: Refusal): RejectedError {
  return refusals[refusal.code as keyof typeof refusals](dependency, refusal);
}

/** The error of an outcome that is not a success. */
export function errorOf(dependency: string, outcome: Exclude<Outcome, { kind: 'success' }>): unknown {
  switch (outcome.kind) {
    case 'failure':
      return outcome.error;
    case 'rejected':
      return refusalError(dependency, outcome.refusal);
    case 'cancelled':
      return new CancelledError(dependency, outcome.reason);
    case 'timeout':
      return outcome.code === 'E_DEADLINE'
        ? refusalError(dependency, deadlineRefusal(outcome.limitMs))
        : new AttemptTimeoutError(dependency, outcome.limitMs);
  }
}

/** The stable code that names why an outcome is not a success; the call's own `code` for a failure. */
export function errorCodeOf(outcome: Exclude<Outcome, { kind: 'success' }>): string {
  switch (outcome.kind) {
    case 'failure':
      return codeOf(outcome.error);
    case 'rejected':
      return outcome.refusal.code;
    case 'cancelled':
      return 'E_CANCELLED';
    case 'timeout':
      return outcome.code;
  }
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'E_UNKNOWN';
}

export function deadlineRefusal(limitMs: number): Refusal {
  return {
    code: 'E_DEADLINE',
    policy: 'deadline',
    limit: limitMs,
    option: 'deadlineMs',
    retryAfterMs: undefined,
  };
}
