import { expect, test } from 'vitest';
import { databaseProblem, isContended, isDatabaseAway } from './database-problem.ts';

const coded = (code: string) => Object.assign(new Error('x'), { code });

test.each([
  ['08006', 'connection failure'],
  ['53100', 'disk full'],
  ['53300', 'too many connections'],
  ['57014', 'statement timeout'],
  ['57P01', 'terminated by the administrator'],
  ['57P03', 'still starting'],
  ['25006', 'read-only after a failover'],
  ['ECONNREFUSED', 'nobody listens'],
  ['ECONNRESET', 'connection cut'],
])('%s (%s) means away', (code) => {
  expect(isDatabaseAway(coded(code))).toBe(true);
});

test.each([
  ['23505', 'unique violation'],
  ['23514', 'check violation'],
  ['42P01', 'no such table'],
  ['22021', 'text that can not be stored'],
  ['E_BREAKER_OPEN', 'somebody else'],
])('%s (%s) does not', (code) => {
  expect(isDatabaseAway(coded(code))).toBe(false);
});

test.each([
  'timeout exceeded when trying to connect',
  'Connection terminated due to connection timeout',
  'Connection terminated unexpectedly',
  'Query read timeout',
  'Client was closed and is not queryable',
])('pg\'s "%s", which has no code, means away', (message) => {
  expect(isDatabaseAway(new Error(message))).toBe(true);
});

test('a host with several addresses is away when one says so', () => {
  expect(isDatabaseAway(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe(true);
  expect(isDatabaseAway('ECONNREFUSED')).toBe(false);
});

test.each([
  ['55P03', 'lock timeout'],
  ['40P01', 'deadlock'],
  ['40001', 'serialization failure'],
])('%s (%s) means contended, not away', (code) => {
  expect(isContended(coded(code))).toBe(true);
  expect(isDatabaseAway(coded(code))).toBe(false);
  expect(databaseProblem(coded(code))).toMatchObject({
    status: 503,
    code: 'contended',
    headers: { 'Retry-After': '1' },
  });
});

test('a statement timeout means contended when the statement waited for a row', () => {
  const waiting = Object.assign(coded('57014'), { where: 'while locking tuple (0,5) in relation "stock"' });
  expect(isContended(waiting)).toBe(true);
  expect(isDatabaseAway(waiting)).toBe(false);
  const slow = Object.assign(coded('57014'), { where: 'PL/pgSQL function f() line 3 at SQL statement' });
  expect(isContended(slow)).toBe(false);
  expect(isDatabaseAway(slow)).toBe(true);
});
