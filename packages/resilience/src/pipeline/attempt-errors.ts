const errorsByLast = new WeakMap<object, readonly unknown[]>();

/**
 * The errors of all attempts of the call that ended with `error`, the first attempt's first: whether the call rejected
 * with it, or it is the `cause` of a degraded answer. Empty for an error that no call ended with.
 *
 * @example attemptErrors(error).map(errorCode) // ['ECONNREFUSED', 'E_ATTEMPT_TIMEOUT']
 */
export function attemptErrors(error: unknown): readonly unknown[] {
  return isObject(error) ? (errorsByLast.get(error) ?? []) : [];
}

/** Keeps the errors of a call's attempts for as long as somebody holds the error that it ended with. */
export function keepAttemptErrors(last: unknown, earlier: readonly unknown[], isOfAttempt: boolean): void {
  if (isObject(last)) errorsByLast.set(last, isOfAttempt ? [...earlier, last] : earlier);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
