import { expect, test } from 'vitest';
import { problem, problemSchema } from './problem.ts';

test('a problem that says no more than its status has the type about:blank', () => {
  expect(problem(404, 'not-found').toJSON()).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'not-found',
  });
});

test('a problem of its own kind has a type and a title of its own', () => {
  const { type, title } = problem(409, 'insufficient-stock').toJSON();
  expect({ type, title }).toEqual({
    type: 'urn:problem-type:ballast:insufficient-stock',
    title: 'Insufficient stock',
  });
});

test.each([
  [0, '1'],
  [1, '1'],
  [1000, '1'],
  [1001, '2'],
])('a wait of %i ms is announced as Retry-After: %s', (retryAfterMs, seconds) => {
  expect(problem(503, 'overloaded', '', { retryAfterMs }).headers).toEqual({ 'Retry-After': seconds });
});

test('neither the cause nor the stack is part of what is sent', () => {
  const sent = JSON.stringify(problem(500, 'x', 'd', { cause: new Error('password=hunter2') }));
  expect(sent).not.toMatch(/hunter2|stack|\.ts/);
  expect(problemSchema.parse(JSON.parse(sent)).detail).toBe('d');
});
