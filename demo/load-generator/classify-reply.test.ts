import { expect, test } from 'vitest';
import { classifyReply } from './classify-reply.ts';
import type { Quality } from './quality.ts';

const cases: [number, unknown, Quality][] = [
  [201, { recommendations: { source: 'live' } }, 'live'],
  [201, { recommendations: { source: 'default' } }, 'default'],
  [201, { recommendations: { source: 'disabled' } }, 'disabled'],
  [200, { source: 'cached', items: [] }, 'cached'],
  [202, { id: 'o-1', recommendations: { source: 'live' } }, 'pending'],
  [409, { code: 'insufficient-stock' }, 'rejected'],
  [500, {}, 'failed'],
  [400, {}, 'failed'],
  [201, {}, 'failed'],
  [201, undefined, 'failed'],
  [201, { recommendations: { source: 'guessed' } }, 'failed'],
];

test.each(cases)('%i with %j counts as %s', (status, body, outcome) => {
  expect(classifyReply({ kind: 'answer', status, body }).outcome).toBe(outcome);
});

test.each([
  [503, '1', 'refused'],
  [429, '30', 'refused'],
  [503, undefined, 'failed'],
  [503, '0', 'failed'],
  [429, 'soon', 'failed'],
  [500, '1', 'failed'],
])('%i with Retry-After %s counts as %s', (status, retryAfter, outcome) => {
  expect(classifyReply({ kind: 'answer', status, body: {}, retryAfter }).outcome).toBe(outcome);
});

test('no answer counts as failed and says why', () => {
  expect(classifyReply({ kind: 'unreachable', code: 'ECONNREFUSED' })).toMatchObject({
    outcome: 'failed',
    code: 'ECONNREFUSED',
  });
});
