import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DatabaseOptions, isDatabaseAway, openDatabase, sql } from '../src/index.ts';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '../src/testing/index.ts';
import { hasPgBouncer, serverConnections, startPgBouncer } from './pgbouncer.ts';

const migrations = { '0001_note': sql`create table note (id integer); insert into note values (1)` };

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const waits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** A database whose role bounds its waits, and PgBouncer before it. */
async function pooled(timeoutMs: number | null = 1000) {
  const databaseUrl = await createTestDatabase(server.serverUrl);
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  onTestFinished(() => admin.end());
  const name = new URL(databaseUrl).pathname.slice(1);
  for (const setting of timeoutMs === null ? [] : waits)
    await admin.query(`alter role test in database ${name} set ${setting} = ${timeoutMs}`);
  return { url: await startPgBouncer(databaseUrl), admin, name };
}

async function open(options: Partial<DatabaseOptions> & { readonly url: string }) {
  const database = await openDatabase({ name: 'test', migrations, pooler: 'transaction', ...options });
  onTestFinished(() => database.close());
  return database;
}

describe.skipIf(!hasPgBouncer)('behind PgBouncer in transaction mode', () => {
  test('a database opens, is migrated, and answers more clients than PgBouncer has connections', async () => {
    const { url } = await pooled();
    const { query, transaction, check } = await open({ url, maxConnections: 10 });
    await check();
    const rounds = Array.from({ length: 60 }, (_, id) =>
      id % 3 === 0
        ? transaction(async (writer) => {
            await writer.query(sql`insert into note values (${id})`);
            return (await writer.query(sql`select id from note where id = ${id}`)).length;
          })
        : query(sql`select id from note where id = ${1}`).then((rows) => rows.length),
    );
    expect(new Set((await Promise.all(rounds)).map((count) => count >= 1))).toEqual(new Set([true]));
  });

  test('statements go on after an ALTER TABLE, whoever ran them before', async () => {
    const { url } = await pooled();
    const { query } = await open({ url });
    const all = sql`select * from note`;
    await Promise.all(Array.from({ length: 10 }, () => query(all)));
    await query(sql`alter table note add column text text`);
    for (const rows of await Promise.all(Array.from({ length: 10 }, () => query(all))))
      expect(rows).toEqual([{ id: 1, text: null }]);
  });

  test('a statement is waited for only so long, and holds no connection of the server after that', async () => {
    const { url, admin, name } = await pooled(200);
    const { query } = await open({ url, statementTimeoutMs: 200 });
    const sleeping = query(sql`select pg_sleep(60)`).catch((error: unknown) => error);
    expect(isDatabaseAway(await sleeping)).toBe(true);
    expect(await query(sql`select id from note`)).toEqual([{ id: 1 }]);
    const { rows } = await admin.query(
      'select from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [name],
    );
    expect(rows.length).toBeLessThanOrEqual(serverConnections);
  });

  test('a role that does not bound its waits is rejected at the start, with the statement that does', async () => {
    const { url } = await pooled(null);
    await expect(openDatabase({ url, name: 'test', migrations, pooler: 'transaction' })).rejects.toThrow(
      'alter role "test" set statement_timeout = 1200; alter role "test" set lock_timeout = 800; ' +
        'alter role "test" set idle_in_transaction_session_timeout = 3000',
    );
  });

  test('without the setting, PgBouncer rejects the connection, and the error says what to set', async () => {
    const { url } = await pooled();
    await expect(openDatabase({ url, name: 'test', migrations })).rejects.toThrow(
      /startup parameter.*pooler: 'transaction'/,
    );
  });
});
