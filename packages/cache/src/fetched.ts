import { errorCode } from '@ballast/resilience/primitives';
import type { Fetched } from './cache.ts';
import { ageMsOf, type Entry } from './freshness.ts';

export function liveAnswer<T>(value: T): Fetched<T> {
  return { value, source: 'live', ageMs: 0 };
}

export function cachedAnswer<T>(entry: Entry<T>, nowMs: number): Fetched<T> {
  return { value: entry.value, source: 'cached', ageMs: ageMsOf(entry, nowMs) };
}

/** An older answer in place of an error. The error itself is not enumerable: an answer is often sent on as it is. */
export function staleAnswer<T>(answer: Fetched<T>, error: unknown): Fetched<T> {
  return Object.defineProperty({ ...answer, reason: errorCode(error) }, 'cause', { value: error });
}
