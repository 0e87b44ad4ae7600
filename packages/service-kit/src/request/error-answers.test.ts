import { expect, test } from 'vitest';
import { InvalidResponseError, UpstreamError } from '../client/upstream-errors.ts';
import { problem } from '../problem/problem.ts';
import { toProblem } from './error-answers.ts';

const coded = (code: string, more: object = {}) => Object.assign(new Error('details'), { code }, more);

test.each<[string, unknown, number, string, string | undefined]>([
  ['a problem', problem(409, 'taken'), 409, 'taken', undefined],
  ['an open breaker', coded('E_BREAKER_OPEN', { retryAfterMs: 4200 }), 503, 'dependency-unavailable', '5'],
  [
    'a dependency whose wait is no number',
    coded('E_BREAKER_OPEN', { retryAfterMs: 'soon' }),
    503,
    'dependency-unavailable',
    '1',
  ],
  [
    'a wait that has passed',
    coded('E_BREAKER_OPEN', { retryAfterMs: -5 }),
    503,
    'dependency-unavailable',
    '1',
  ],
  ['a full bulkhead', coded('E_BULKHEAD_FULL'), 503, 'dependency-unavailable', '1'],
  ['a throttle', coded('E_THROTTLED', { retryAfterMs: undefined }), 503, 'dependency-unavailable', '1'],
  ['a dependency that took too long', coded('E_ATTEMPT_TIMEOUT'), 503, 'dependency-unavailable', '1'],
  [
    'a dependency down',
    new UpstreamError('x', { reason: 'ECONNREFUSED' }),
    503,
    'dependency-unavailable',
    '1',
  ],
  [
    'a dependency failing',
    new UpstreamError('x', { reason: 'r', status: 500 }),
    503,
    'dependency-unavailable',
    '1',
  ],
  ['garbage', new InvalidResponseError('x', 'not JSON'), 503, 'dependency-unavailable', '1'],
  [
    'our own bad request',
    new UpstreamError('x', { reason: 'r', status: 400 }),
    500,
    'internal-server-error',
    undefined,
  ],
  ['a database down', coded('ECONNREFUSED'), 503, 'database-unavailable', '1'],
  ['a bug', new TypeError('x is not a function'), 500, 'internal-server-error', undefined],
  ['a thrown string', 'oops', 500, 'internal-server-error', undefined],
])('%s becomes a problem', (_name, error, status, code, retryAfter) => {
  const answer = toProblem(error);
  expect(answer).toMatchObject({ status, code });
  expect(answer.headers['Retry-After']).toBe(retryAfter);
  expect(JSON.stringify(answer)).not.toContain('details');
});

test.each(['E_DEADLINE', 'E_ATTEMPT_TIMEOUT'])(
  'whose time ran out decides what %s becomes: the dependency is away, or the caller is too late',
  (code) => {
    const early = toProblem(coded(code), { callerHasTime: true });
    expect([early.status, early.code, early.headers['Retry-After']]).toEqual([
      503,
      'dependency-unavailable',
      '1',
    ]);
    const late = toProblem(coded(code), { callerHasTime: false });
    expect([late.status, late.code, late.headers['Retry-After']]).toEqual([
      504,
      'deadline-exceeded',
      undefined,
    ]);
  },
);
