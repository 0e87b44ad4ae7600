import { CancelledError, RejectedError } from './errors.ts';
import type { Outcome } from './outcome.ts';

/** What an error may say about itself; all of it optional and structural, so any HTTP client can. */
export interface CallErrorHints {
  /** False for an answer that is the caller's fault (4xx): it counts as a success of the dependency. */
  readonly isFailure?: boolean;
  /** The dependency asks not to be asked again. */
  readonly doNotRetry?: boolean;
  /** What a Retry-After header said. */
  readonly retryAfterMs?: number;
}

/** Whether an error of the call is a failure of the dependency. */
export type FailureTest = (error: unknown) => boolean;

export const isFailureByDefault: FailureTest = (error) => hintsOf(error).isFailure !== false;

/** A test that throws must not lose the call it was asked about: an error that it can't classify is a failure. */
export function neverThrowing(isFailure: FailureTest): FailureTest {
  return (error) => {
    try {
      return isFailure(error);
    } catch {
      return true;
    }
  };
}

export function hintsOf(error: unknown): CallErrorHints {
  return typeof error === 'object' && error !== null ? error : {};
}

/** What an outcome says about the health of the dependency. */
export type Verdict = 'success' | 'failure' | 'neutral';

/**
 * A rejection by a policy, here or in a dependency further down, and a caller's cancel say nothing about the
 * dependency: counting them would let one overloaded caller open the breaker for all.
 */
export function verdictOf(outcome: Outcome, isFailure: FailureTest): Verdict {
  if (outcome.kind === 'success') return 'success';
  if (outcome.kind === 'timeout') return outcome.code === 'E_ATTEMPT_TIMEOUT' ? 'failure' : 'neutral';
  if (outcome.kind !== 'failure') return 'neutral';
  if (outcome.error instanceof RejectedError || outcome.error instanceof CancelledError) return 'neutral';
  return isFailure(outcome.error) ? 'failure' : 'success';
}
