import { expect, test } from 'vitest';
import { operationOf, statementOf } from './postgres-statement.ts';

test.each([
  ['select * from stock', 'SELECT'],
  ['\n  INSERT into orders values ($1)', 'INSERT'],
  ['COMMIT;', 'COMMIT'],
  ['', ''],
])('the operation of %j is %s', (text, operation) => {
  expect(operationOf(text)).toBe(operation);
});

test('a cursor, which ends when it pleases, is no statement that could be timed', () => {
  expect(statementOf({ text: 'select 1', submit: () => {} })).toBeUndefined();
});

test.each([undefined, null, {}, { text: 7 }])('%j is no statement', (query) => {
  expect(statementOf(query)).toBeUndefined();
});
