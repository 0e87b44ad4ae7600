import { ManualClock } from '@ballast/resilience/testing';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createReadiness } from '../lifecycle/readiness.ts';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '../testing/database.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { isDatabaseAway } from './database-problem.ts';
import { named, Sql, sql } from './sql.ts';

const migrations = { '0001_note': sql`create table note (id integer); insert into note values (1)` };
const maxConnections = 3;

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

async function open(options: Partial<DatabaseOptions> = {}) {
  const url = await createTestDatabase(server.serverUrl);
  const clock = new ManualClock();
  const database = await openDatabase({ url, name: 'test', migrations, maxConnections, clock, ...options });
  onTestFinished(() => database.close());
  const { transaction, query } = database;

  /** Runs a statement on every connection of the pool. */
  async function everywhere(statement: Sql, connections = maxConnections): Promise<void> {
    await transaction(async (one) => {
      if (connections > 1) await everywhere(statement, connections - 1);
      await one.query(statement);
    });
  }
  const backend = async () => (await query<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]?.pid;
  /** A connection is not closed for a server's state in its first second. */
  const growUp = () => clock.advance(1000);
  return { ...database, url, clock, everywhere, backend, growUp };
}

const raw = (text: string) => new Sql([text], []);
const insert = sql`insert into note values (2)`;
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

test('after a failover that left old connections open, one write fails and the next one succeeds', async () => {
  const { query, everywhere, growUp } = await open();
  await everywhere(sql`set default_transaction_read_only = on`);
  await growUp();
  expect(isDatabaseAway(await failure(query(insert)))).toBe(true);
  for (let write = 0; write < 2 * maxConnections; write += 1) await query(insert);
});

test('a server that is read-only itself does not cost a connection per write', async () => {
  const { query, backend, growUp, url } = await open({ maxConnections: 1 });
  await query(raw(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`));
  await query(sql`set default_transaction_read_only = on`);
  await growUp();
  await failure(query(insert));
  const fresh = await backend();
  await failure(query(insert));
  expect(await backend()).toBe(fresh);
});

test('a read-only database is not ready, and is again once a new connection can write', async () => {
  const { query, check, growUp } = await open();
  const readiness = createReadiness({ required: { postgres: check } });
  expect((await readiness.check()).status).toBe('ready');
  await query(sql`set default_transaction_read_only = on`);
  expect(await readiness.check()).toMatchObject({ status: 'not-ready', missing: { postgres: 'read-only' } });
  await growUp();
  await readiness.check();
  expect((await readiness.check()).status).toBe('ready');
});

test('a statement whose plan no longer fits its table is planned anew, and nobody notices', async () => {
  const { query, everywhere } = await open();
  const all = sql`select * from note`;
  await everywhere(all);
  await query(sql`alter table note add column text text default 'new'`);
  for (let read = 0; read < 2 * maxConnections; read += 1)
    expect(await query(all)).toEqual([{ id: 1, text: 'new' }]);
});

test('a transaction with such a statement fails once, not for ever', async () => {
  const { query, transaction, everywhere } = await open();
  const all = sql`select * from note`;
  await everywhere(all);
  await query(sql`alter table note add column text text`);
  await failure(transaction((reader) => reader.query(all)));
  for (let read = 0; read < 2 * maxConnections; read += 1)
    expect(await transaction((reader) => reader.query(all))).toHaveLength(1);
});

test('a statement that the server has forgotten, or knows otherwise, is prepared anew', async () => {
  const { query, everywhere } = await open();
  const ids = sql`select id from note`;
  await everywhere(ids);
  await everywhere(sql`deallocate all`);
  expect(await query(ids)).toEqual([{ id: 1 }]);
  const other = sql`select id + 1 as id from note`;
  await everywhere(raw(`prepare "${named(other).name}" as select 0`));
  expect(await query(other)).toEqual([{ id: 2 }]);
});

test('connections that the server has ended are replaced', async () => {
  const { query, everywhere, url } = await open();
  await everywhere(sql`select 1`);
  const elsewhere = await openDatabase({ url, name: 'other', migrations, maxConnections: 1 });
  onTestFinished(() => elsewhere.close());
  await elsewhere.query(sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test' and datname = current_database()`);
  await expect
    .poll(() =>
      query(insert).then(
        () => 'written',
        () => 'failed',
      ),
    )
    .toBe('written');
  for (let write = 0; write < 2 * maxConnections; write += 1) await query(insert);
});

test('a connection is used no longer than maxConnectionAgeMs', async () => {
  const { backend, clock } = await open({ maxConnections: 1, maxConnectionAgeMs: 60_000 });
  const first = await backend();
  await clock.advance(30_000);
  expect(await backend()).toBe(first);
  await clock.advance(30_001);
  expect(await backend()).not.toBe(first);
});
