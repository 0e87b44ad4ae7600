import { ignoreRejection } from '../primitives/thenable.ts';
import { CancelledError, RejectedError } from './errors.ts';
import type { Outcome, Verdict } from './outcome.ts';

/**
 * What an error says about the dependency. `failure`: it is ill. `busy`: it is well and asks to come back later.
 * `caller`: the request was wrong, and asking again or elsewhere would not help. `uncounted`: worth a retry and no sign
 * of illness, such as a lost race (a deadlock, a serialization failure, a conflict of versions).
 */
export type ErrorVerdict = 'failure' | 'busy' | 'caller' | 'uncounted';

/** What an error may say about itself; all of it optional and structural, so any client can. */
export interface CallErrorHints {
  /** The verdict, in so many words. */
  readonly verdict?: ErrorVerdict;
  /** False for an answer that is the caller's fault (4xx); the same as the verdict `caller`. */
  readonly isFailure?: boolean;
  /** Worth a retry, but no failure for any policy that counts; the same as the verdict `uncounted`. */
  readonly doNotCount?: boolean;
  /** The dependency asks not to be asked again. */
  readonly doNotRetry?: boolean;
  /** What a Retry-After header said; an error that has it is `busy` unless it says something else. */
  readonly retryAfterMs?: number;
}

/** Whether an error of the call is a failure of the dependency; if not, it is the caller's fault. */
export type FailureTest = (error: unknown) => boolean;

/** The verdict on an error of the call; undefined leaves it to what the error says about itself. */
export type Classify = (error: unknown) => ErrorVerdict | undefined;

const errorVerdicts: readonly unknown[] = ['failure', 'busy', 'caller', 'uncounted'];
const isErrorVerdict = (value: unknown): value is ErrorVerdict => errorVerdicts.includes(value);

/** The verdict on an error by what it says about itself; an error that says nothing is a failure. */
export function verdictOfError(error: unknown): ErrorVerdict {
  try {
    const { verdict, isFailure, doNotCount, code } = hintsOf(error) as CallErrorHints & {
      readonly code?: unknown;
    };
    if (isErrorVerdict(verdict)) return verdict;
    if (isFailure === false) return 'caller';
    if (doNotCount === true) return 'uncounted';
    // gRPC's status 8; a number as a code is gRPC's way.
    const isExhausted = code === 'RESOURCE_EXHAUSTED' || code === 8;
    return isExhausted || retryAfterMsOf(error) !== undefined ? 'busy' : 'failure';
  } catch {
    return 'failure';
  }
}

/** The time that an error says to wait, in whole ms; undefined unless it is a number that a wait can be. */
export function retryAfterMsOf(error: unknown): number | undefined {
  try {
    const { retryAfterMs } = hintsOf(error);
    const isUsable = typeof retryAfterMs === 'number' && retryAfterMs >= 0 && Number.isFinite(retryAfterMs);
    return isUsable ? Math.ceil(retryAfterMs) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the error says that it must not be tried again. */
export function forbidsRetry(error: unknown): boolean {
  try {
    return hintsOf(error).doNotRetry === true;
  } catch {
    return false;
  }
}

/**
 * The verdict on an error, asked once, where it enters the pipeline. A test of the user's that throws, or answers with
 * a promise, must not lose the call it was asked about: an error that it can't classify is a failure.
 */
export function classifier(options: {
  readonly classify?: Classify | undefined;
  readonly isFailure?: FailureTest | undefined;
}): (error: unknown) => ErrorVerdict | 'neutral' {
  const { classify, isFailure } = options;
  return (error) => {
    try {
      // Who throws a promise has lost it.
      ignoreRejection(error);
      // A rejection by a policy of a dependency further down, or a cancel there, says nothing about this one: counting
      // it would let one overloaded caller open the breaker for all.
      if (error instanceof RejectedError || error instanceof CancelledError) return 'neutral';
      const verdict = classify?.(error);
      if (isErrorVerdict(verdict)) return verdict;
      ignoreRejection(verdict);
      const isTheirs = isFailure?.(error) as unknown;
      ignoreRejection(isTheirs);
      if (isFailure !== undefined && !isTheirs) return 'caller';
    } catch {
      return 'failure';
    }
    const verdict = verdictOfError(error);
    // The policy has said that it is a failure; an error may only add that it is a busy one.
    return isFailure !== undefined && verdict === 'caller' ? 'failure' : verdict;
  };
}

/** What an outcome says about the health of the dependency. */
export function verdictOf(outcome: Outcome): Verdict {
  if (outcome.kind === 'success') return 'success';
  if (outcome.kind === 'failure') return outcome.verdict;
  return outcome.kind === 'timeout' && outcome.code === 'E_ATTEMPT_TIMEOUT' ? 'failure' : 'neutral';
}

function hintsOf(error: unknown): CallErrorHints {
  return typeof error === 'object' && error !== null ? error : {};
}
