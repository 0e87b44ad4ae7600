import type { Attributes } from '@opentelemetry/api';
import { meter } from '../scope.ts';

/** Seconds; from a cache hit in the same host to the longest deadline. */
const durationBucketsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Makes a histogram of seconds and returns the function that records into it. */
export function secondsHistogram(
  name: string,
  description: string,
  buckets: readonly number[] = durationBucketsS,
) {
  const advice = { explicitBucketBoundaries: [...buckets] };
  const histogram = meter().createHistogram(name, { unit: 's', description, advice });
  return (seconds: number, attributes: Attributes) => histogram.record(seconds, attributes);
}
