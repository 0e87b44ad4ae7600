import { standardPolicy } from '@ballast/resilience';
import { InvalidOptionError } from '@ballast/resilience/primitives';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { guardedStore } from './guarded-store.ts';
import { migrate } from './migrate.ts';
import { sql } from './sql.ts';

const database = {
  url: 'postgres://user:hunter2@127.0.0.1:1/x',
  name: 'test',
  migrations: { '0001': sql`select` },
};
const open = (change: object) => openDatabase({ ...database, ...change });
const migrateWith = (change: object) => migrate({ ...database, ...change });
const guard = { call: async () => ({ value: 1 }) };

test.each<[string, () => unknown, string]>([
  ['openDatabase(null)', () => openDatabase(null as never), 'options'],
  ['openDatabase()', () => openDatabase(undefined as never), 'url'],
  ['openDatabase([])', () => openDatabase([] as never), 'options'],
  ['openDatabase({ maxConection })', () => open({ maxConection: 5 }), 'maxConection'],
  ['openDatabase without a url', () => open({ url: undefined }), 'url'],
  ['openDatabase without a name', () => open({ name: undefined }), 'name'],
  ['openDatabase without migrations', () => open({ migrations: undefined }), 'migrations'],
  ['another kind of URL', () => open({ url: 'mysql://user:hunter2@h/x' }), 'url'],
  ['an empty name', () => open({ name: '' }), 'name'],
  ['a migration that is a text', () => open({ migrations: { '0001': 'select' } }), 'migrations'],
  ['a list of migrations', () => open({ migrations: [sql`select`] }), 'migrations'],
  ['migrations that are null', () => open({ migrations: null }), 'migrations'],
  ['migrating: never', () => open({ migrating: 'never' }), 'migrating'],
  ['no connections', () => open({ maxConnections: 0 }), 'maxConnections'],
  ['no limit for a connection', () => open({ connectionTimeoutMs: 0 }), 'connectionTimeoutMs'],
  ['no limit for a statement', () => open({ statementTimeoutMs: 0 }), 'statementTimeoutMs'],
  ['a lock timeout of NaN', () => open({ lockTimeoutMs: Number.NaN }), 'lockTimeoutMs'],
  ['a text as idle timeout', () => open({ idleInTransactionTimeoutMs: '3s' }), 'idleInTransactionTimeoutMs'],
  ['a query timeout no timer can hold', () => open({ queryTimeoutMs: 2 ** 31 }), 'queryTimeoutMs'],
  ['a negative start timeout', () => open({ startTimeoutMs: -1 }), 'startTimeoutMs'],
  ['a logger that says nothing', () => open({ logger: {} }), 'logger'],
  ['migrate(null)', () => migrate(null as never), 'options'],
  ['migrate()', () => migrate(undefined as never), 'url'],
  ['migrate({ maxConnections })', () => migrateWith({ maxConnections: 5 }), 'maxConnections'],
  ['migrate without a url', () => migrateWith({ url: undefined }), 'url'],
  ['no limit for DDL', () => migrateWith({ migrationLockTimeoutMs: 0 }), 'migrationLockTimeoutMs'],
  ['guardedStore(null)', () => guardedStore(null as never, guard), 'store'],
  ['no store', () => guardedStore(undefined as never, guard), 'store'],
  ['a store with a value', () => guardedStore({ find: 1 } as never, guard), 'store'],
  ['no guard', () => guardedStore({}, undefined as never), 'guard'],
  ['a policy as guard', () => guardedStore({}, standardPolicy() as never), 'guard'],
  ['a shedder that hears nothing', () => guardedStore({}, guard, {} as never), 'shedder'],
  ['a clock without timers', () => guardedStore({}, guard, undefined, { now: () => 0 } as never), 'clock'],
])('%s is rejected by name and code, and no password is shown', async (_what, act, option) => {
  const error = await Promise.resolve()
    .then(act)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option });
  expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain('hunter2');
});
