import { expect, test } from 'vitest';
import { standardPolicy } from '../dependency/standard-policy.ts';
import { InvalidOptionError } from './invalid-option-error.ts';
import { checkOptions, recordOf, text } from './options.ts';

const rejected = (options: object): string => {
  try {
    standardPolicy(options);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  return 'accepted';
};

test.each([
  [{ bulkhead: { maxConcurrent: 0 } }, 'bulkhead.maxConcurrent must be an integer >= 1, received 0'],
  [{ bulkhead: { maxConcurrent: '32' } }, 'bulkhead.maxConcurrent must be an integer >= 1, received "32"'],
  [{ deadlineMs: Number.NaN }, 'deadline.deadlineMs must be a number > 0, received NaN'],
  [
    { attemptTimeoutMs: Number.POSITIVE_INFINITY },
    'timeout.attemptTimeoutMs must be a number > 0, received Infinity',
  ],
  [{ breaker: { failureRatio: 50 } }, 'breaker.failureRatio must be a ratio > 0 and <= 1, received 50'],
  [{ breaker: { enabled: 'no' } }, 'breaker.enabled must be true or false, received "no"'],
  [{ breaker: { slowCallMs: -1 } }, 'breaker.slowCallMs must be a number > 0, or undefined, received -1'],
  [{ retry: { maxAttempts: 10 } }, 'retry.maxAttempts must be an integer from 1 to 3, received 10'],
  [{ retry: { budget: { ratio: -0.1 } } }, 'retry.budget.ratio must be a number >= 0, received -0.1'],
  [{ retry: 3 }, 'retry must be an object, received 3'],
  [{ bulkhead: null }, 'bulkhead must be an object, received null'],
  [
    { timeout: { timeoutMs: 5 } },
    'timeout.timeoutMs is not an option, it must be one of enabled, attemptTimeoutMs',
  ],
  [{ breaker: { openMs: 90_000 } }, 'breaker.maxOpenMs must be >= breaker.openMs (90000), received 60000'],
  [{ adaptive: { minLimit: 300 } }, 'adaptive.maxLimit must be >= adaptive.minLimit (300), received 200'],
  [{ isFailure: true }, 'isFailure must be a function, or undefined, received true'],
  [{ constructor: {} }, /^constructor is not an option, it must be one of deadline, rateLimit,/],
])('rejects %j and says what it expects', (options, message) => {
  expect(rejected(options)).toMatch(
    message instanceof RegExp ? message : new RegExp(`^${literally(message)}$`),
  );
});

test('treats undefined as not given', () => {
  expect(rejected({ deadlineMs: undefined, bulkhead: { maxQueue: undefined }, retry: undefined })).toBe(
    'accepted',
  );
});

test('asks for a required option when there are no options at all', () => {
  expect(() => checkOptions('open', undefined, { name: text }, ['name'])).toThrow(
    'open: name must be a non-empty string, received undefined',
  );
});

test('keeps the value of an unknown option to itself: it may be a password', () => {
  const url = 'redis://user:secret@host';
  const error = new InvalidOptionError('redisUrl', 'one of redis', url, { isUnknown: true });
  expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret');
});

test('does not show a text that was given in place of the options', () => {
  const url = 'redis://user:secret@host';
  expect(() => checkOptions('open', url, { name: text })).toThrow(/^open: options must be an object$/);
});

test.each([null, [], 'text', { a: 1, b: 'no number' }])('takes %j for no record of numbers', (value) => {
  const rule = recordOf('numbers by name', (each) => typeof each === 'number');
  expect(rule.accepts(value)).toBe(false);
  expect(rule.accepts({ a: 1, b: 2 })).toBe(true);
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
