import { type Histogram, type Meter, ValueType } from '@opentelemetry/api';

/** Bucket boundaries of HTTP durations in seconds, as the semantic conventions advise them. */
const httpBucketsS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const msPerSecond = 1000;

/** Seconds since a reading of `performance.now()`. */
export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / msPerSecond;
}

/** A histogram of durations in seconds, as the published instrumentations make theirs. */
export function durationHistogram(
  meter: Meter,
  name: string,
  description: string,
  bucketsS: number[] = httpBucketsS,
): Histogram {
  const advice = { explicitBucketBoundaries: bucketsS };
  return meter.createHistogram(name, { description, unit: 's', valueType: ValueType.DOUBLE, advice });
}
