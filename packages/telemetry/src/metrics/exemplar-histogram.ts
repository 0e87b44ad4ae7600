import { wallClock } from '@ballast/resilience/primitives';
import type { Attributes, Histogram, Span } from '@opentelemetry/api';
import { meter } from '../scope.ts';
import { isRemarkable, isSampled } from '../traces/keep-remarkable.ts';
import { isInSample, tailRatio } from '../traces/sampling.ts';

/** One measurement and the trace it was taken in. */
export interface Exemplar {
  readonly value: number;
  readonly atMs: number;
  readonly traceId: string;
  readonly spanId: string;
  /** False when the collector's tail sampling may still drop the trace. */
  readonly isLasting: boolean;
}

/** Seconds; from a cache hit in the same host to the longest deadline. */
const durationBucketsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Series {
  readonly attributes: Attributes;
  /** One per bucket. */
  exemplars: (Exemplar | undefined)[];
}

const histograms = new Map<string, ExemplarHistogram>();

/**
 * A histogram that remembers, for each series and bucket, one trace to look at. The JavaScript SDK has no exemplars
 * yet (neither 3.1's aggregators nor its OTLP serializers), so metrics-serializer.ts adds these on the way out.
 */
export class ExemplarHistogram {
  readonly #histogram: Histogram;
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(name: string, description: string, buckets: readonly number[] = durationBucketsS) {
    this.#buckets = buckets;
    this.#histogram = meter().createHistogram(name, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: [...buckets] },
    });
    histograms.set(name, this);
  }

  /** `key` names the series. `attributes` is called once per series, not once per measurement. */
  record(seconds: number, key: string, attributes: () => Attributes, span: Span | undefined): void {
    const series = this.#series.get(key) ?? { attributes: attributes(), exemplars: [] };
    this.#series.set(key, series);
    this.#histogram.record(seconds, series.attributes);
    if (span && isSampled(span)) this.#offer(series.exemplars, seconds, span);
  }

  /** Keeps the first one of an export interval: one trace per bucket is enough, and comparing would cost more. */
  #offer(exemplars: (Exemplar | undefined)[], value: number, span: Span): void {
    const bucket = this.#bucketOf(value);
    if (exemplars[bucket]?.isLasting) return;
    const { traceId, spanId } = span.spanContext();
    const isLasting = isRemarkable(span) || isInSample(traceId, tailRatio);
    exemplars[bucket] = { value, atMs: wallClock.now(), traceId, spanId, isLasting };
  }

  #bucketOf(value: number): number {
    let bucket = 0;
    while (bucket < this.#buckets.length && value > (this.#buckets[bucket] ?? 0)) bucket += 1;
    return bucket;
  }

  /** Returns and forgets the exemplars of the series with these attributes. */
  take(attributes: Attributes): Exemplar[] {
    for (const series of this.#series.values()) {
      if (!isSame(series.attributes, attributes)) continue;
      const taken = series.exemplars.filter((exemplar) => exemplar !== undefined);
      series.exemplars = [];
      return taken;
    }
    return [];
  }
}

/** The exemplars gathered since the last export for one series of one metric. */
export function takeExemplars(metric: string, attributes: Attributes): Exemplar[] {
  return histograms.get(metric)?.take(attributes) ?? [];
}

function isSame(one: Attributes, other: Attributes): boolean {
  const keys = Object.keys(one).filter((key) => one[key] !== undefined);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
