import type { Fetched } from './cache.ts';
import { ageMsOf, type Entry } from './freshness.ts';

export function liveAnswer<T>(value: T): Fetched<T> {
  return { value, source: 'live', ageMs: 0 };
}

export function cachedAnswer<T>(entry: Entry<T>, nowMs: number): Fetched<T> {
  return { value: entry.value, source: 'cached', ageMs: ageMsOf(entry, nowMs) };
}

/** Why an answer is not live: the error's `code`, else its name. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'E_UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
