import { between, checkOptions } from '@ballast/resilience/primitives';
import { type Context, SamplingDecision, type SamplingResult, TraceFlags, trace } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';

const randomHexDigits = 6;
const randomRange = 16 ** randomHexDigits;
const randomAt = 18; // W3C trace context level 2: the rightmost 56 bits of a trace id are random

/**
 * Whether a trace belongs to the sample of this size, by its id alone: every process and the collector agree, and
 * a smaller sample lies within a larger one (OpenTelemetry consistent probability sampling).
 */
export function isInSample(traceId: string, ratio: number): boolean {
  const random = Number.parseInt(traceId.slice(randomAt, randomAt + randomHexDigits), 16);
  return random >= (1 - ratio) * randomRange;
}

/**
 * A sampler that records every span and samples a share of the traces, so that the rest can still be kept when they
 * turn out degraded, failed or slow: the other half of `keepRemarkable`. A caller's decision to sample is followed.
 *
 * @throws {InvalidOptionError} when `ratio` is not from 0 to 1
 */
export function recordAll(options: { readonly ratio?: number } = {}): Sampler {
  checkOptions('recordAll', options, { ratio: between(0, 1) });
  return new RecordAllSampler(options.ratio ?? 1);
}

class RecordAllSampler implements Sampler {
  readonly #ratio: number;

  constructor(ratio: number) {
    this.#ratio = ratio;
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = trace.getSpanContext(context);
    const isSampled = parent
      ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0
      : this.#ratio >= 1 || isInSample(traceId, this.#ratio);
    return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD };
  }

  toString(): string {
    return `RecordAll{${this.#ratio}}`;
  }
}
