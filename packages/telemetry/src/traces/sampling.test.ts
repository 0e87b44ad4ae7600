import { ROOT_CONTEXT, SamplingDecision, SpanKind } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { isInSample, recordAll } from './sampling.ts';

const withRandomPart = (hex: string) => 'a'.repeat(18) + hex.padEnd(14, '0');

test('a trace is in the sample when the random part of its id is at the upper end', () => {
  expect(isInSample(withRandomPart('e67'), 0.1)).toBe(true);
  expect(isInSample(withRandomPart('e65'), 0.1)).toBe(false);
  expect(isInSample(withRandomPart('00'), 0.1)).toBe(false);
});

test('a smaller sample lies within a larger one', () => {
  const ids = Array.from({ length: 256 }, (_, index) => withRandomPart(index.toString(16).padStart(2, '0')));
  const small = ids.filter((id) => isInSample(id, 0.1));
  const large = new Set(ids.filter((id) => isInSample(id, 0.5)));
  expect(small).toHaveLength(25);
  expect(small.every((id) => large.has(id))).toBe(true);
});

test.each([
  [1, '00', SamplingDecision.RECORD_AND_SAMPLED],
  [0.1, 'ff', SamplingDecision.RECORD_AND_SAMPLED],
  [0.1, '00', SamplingDecision.RECORD],
  [0, 'ff', SamplingDecision.RECORD],
])('at a ratio of %s, trace …%s is decided %s, recorded in any case', (ratio, random, decision) => {
  const sampler = recordAll({ ratio });
  expect(
    sampler.shouldSample(ROOT_CONTEXT, withRandomPart(random), 'order', SpanKind.INTERNAL, {}, []),
  ).toEqual({
    decision,
  });
});
