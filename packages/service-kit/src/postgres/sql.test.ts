import { expect, test } from 'vitest';
import { named, sql } from './sql.ts';

test.each([
  [sql`insert into orders (id) values (${1})`, 'insert orders'],
  [sql`select * from stock where sku = ${1}`, 'select stock'],
  [sql`update "stock" set reserved = ${1}`, 'update stock'],
  [sql`with gone as (delete from holds where id = ${1} returning *) select * from gone`, 'delete holds'],
  [sql`select 1`, 'select'],
])('a statement is named by what it does, and a number', (statement, summary) => {
  expect(named(statement).name).toMatch(new RegExp(`^${summary} \\d+$`));
  expect(named(statement).name).toBe(named(statement).name);
});

test('two statements that do the same to the same table have different names', () => {
  expect(named(sql`select a from stock`).name).not.toBe(named(sql`select b from stock`).name);
});
