/** Whether a value can be awaited, whatever realm or library its class is from. Never throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
  } catch {
    return false;
  }
}

/**
 * A promise for a value that may be one. Unlike `Promise.resolve`, it does not throw for a promise of a broken class.
 */
export function promised<T>(value: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => resolve(value));
}

/** Keeps a promise that came where a value was expected from ending the process when it rejects. */
export function ignoreRejection(value: unknown): void {
  if (isThenable(value)) promised(value).catch(() => {});
}
