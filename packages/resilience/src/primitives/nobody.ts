import { AsyncResource } from 'node:async_hooks';

// Where this module was loaded there was no caller yet.
const nobody = new AsyncResource('ballast.nobody');

/**
 * Runs what belongs to no caller outside of every AsyncLocalStorage. A timer that many share, set inside of a call,
 * would run all it starts as that caller, and keep that caller's request alive for as long as it is set again.
 */
export function asNobody<T>(action: () => T): T {
  return nobody.runInAsyncScope(action);
}
