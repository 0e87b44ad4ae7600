import { warn, warnIfRejected } from '@ballast/resilience/primitives';

/** A listener with a bug must neither fail a request nor end the process: its error becomes a warning of Node. */
export function neverThrowing<Args extends unknown[]>(
  listener: (...args: Args) => unknown,
): (...args: Args) => void {
  return (...args) => {
    try {
      warnIfRejected(listener(...args));
    } catch (error) {
      warn(error);
    }
  };
}
