import { describe, expect, it } from 'vitest';
import { outcomeOf } from './unit-test.ts';

type Status = 'passed' | 'failed' | 'skipped';
const reportOf = (message: string, ...results: [title: string, status: Status, failure?: string][]) => {
  const assertionResults = results.map(([title, status, failure]) => {
    return { title, status, failureMessages: failure === undefined ? [] : [failure] };
  });
  return { testResults: [{ message, assertionResults }] };
};
const outcome = (...results: [title: string, status: Status, failure?: string][]) =>
  outcomeOf(reportOf('', ...results), 'parks');

describe('what vitest reports', () => {
  it.each([
    'AssertionError: expected 1 to be 2',
    "Error: expected 'a' to be 'b' // Object.is equality",
    'Error: a row is parked: not within 10000 ms; last: it is not so',
  ])('is red for %s', (failure) => {
    expect(outcome(['parks', 'failed', failure])).toEqual({ kind: 'red', by: ['parks'] });
  });

  it('is red when it is so for one of two stores', () => {
    const results = outcome(['parks', 'passed'], ['parks', 'failed', 'AssertionError: expected 1 to be 2']);
    expect(results.kind).toBe('red');
  });

  it('is green when the test has passed, whatever became of others', () => {
    expect(outcome(['parks', 'passed'], ['other', 'failed', 'AssertionError'])).toEqual({ kind: 'green' });
  });

  it.each([
    'TypeError: row is undefined',
    'error: syntax error at or near "fro"',
    'AssertionError: expected [Function] to throw error including "x" but got column "y" does not exist',
    'Error: Test timed out in 30000ms.',
  ])('says nothing for %s', (failure) => {
    expect(outcome(['parks', 'failed', failure]).kind).toBe('broken');
  });

  it('says nothing when the test did not run', () => {
    expect(outcome(['parks', 'skipped'])).toEqual({
      kind: 'broken',
      reason: 'no test has run that is called "parks"',
    });
    expect(outcomeOf(reportOf('SyntaxError: Unexpected token\n at x'), 'parks')).toEqual({
      kind: 'broken',
      reason: 'SyntaxError: Unexpected token',
    });
  });
});
