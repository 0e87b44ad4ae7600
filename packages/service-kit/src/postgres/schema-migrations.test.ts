import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '../testing/database.ts';
import { migrate } from './migrate.ts';
import { sql } from './sql.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

/** What Kysely 0.29 leaves behind after it has applied these. */
async function migratedByKysely(...names: string[]) {
  const url = await createTestDatabase(server.serverUrl);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`
    create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null);
    create table kysely_migration_lock (id varchar(255) primary key, is_locked integer default 0 not null);
    insert into kysely_migration_lock values ('migration_lock', 0)`);
  for (const name of names) {
    await client.query('insert into kysely_migration values ($1, $2)', [name, '2026-01-02T03:04:05.678Z']);
  }
  return { url, client };
}

const migrations = {
  '0001-note': sql`create table note (id integer)`,
  '0002-more': sql`create table more (id integer)`,
};

test('a database that Kysely has migrated goes on from where it stands', async () => {
  const { url, client } = await migratedByKysely('0001-note');
  await client.query('create table note (id integer)');
  await migrate({ url, name: 'job', migrations });
  await migrate({ url, name: 'job', migrations });
  const { rows } = await client.query('select * from schema_migrations order by name');
  expect(rows).toEqual([
    { name: '0001-note', applied_at: new Date('2026-01-02T03:04:05.678Z') },
    { name: '0002-more', applied_at: expect.any(Date) },
  ]);
});

test('the table of Kysely stays as it is, for a rollback to the version that reads it', async () => {
  const { url, client } = await migratedByKysely('0001-note');
  await client.query('create table note (id integer)');
  await migrate({ url, name: 'job', migrations });
  const { rows } = await client.query('select name from kysely_migration');
  expect(rows).toEqual([{ name: '0001-note' }]);
});

test('a migrator of Kysely that is at work is waited for', async () => {
  const { url, client } = await migratedByKysely('0001-note');
  await client.query("select pg_advisory_lock('3853314791062309107')");
  const migrating = migrate({ url, name: 'job', migrations });
  const waiting = "select from pg_locks where locktype = 'advisory' and not granted";
  await expect.poll(async () => (await client.query(waiting)).rowCount).toBe(1);
  await client.query("insert into kysely_migration values ('0002-more', '2026-01-02T03:04:05.678Z')");
  await client.query("select pg_advisory_unlock('3853314791062309107')");
  await migrating;
  const { rows } = await client.query("select to_regclass('more') as more");
  expect(rows).toEqual([{ more: null }]);
});
