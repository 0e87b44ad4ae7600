import type { Fetched } from './cache.ts';
import { ageMsOf, type Entry } from './freshness.ts';

export function liveAnswer<T>(value: T): Fetched<T> {
  return { value, source: 'live', ageMs: 0 };
}

export function cachedAnswer<T>(entry: Entry<T>, nowMs: number): Fetched<T> {
  return { value: entry.value, source: 'cached', ageMs: ageMsOf(entry, nowMs) };
}
