import pg from 'pg';
import type { Sql } from './sql.ts';

/**
 * By name, applied in alphabetical order: `` { '0001-orders': sql`create table orders (...)` } ``. One without values
 * may hold several statements.
 */
export type Migrations = Readonly<Record<string, Sql>>;

export interface ApplyOptions {
  readonly migrations: Migrations;
  readonly migrationLockTimeoutMs: number;
}

// The key that Kysely's migrator locked, so that a replica of the version before ADR 0029 waits for us and we for it.
const lockKey = '3853314791062309107';

// Names that Kysely noted are taken over. Its table stays as it is: a rollback starts the version that reads it.
const openTable = `
  create table if not exists schema_migrations (
    name text primary key,
    applied_at timestamptz not null default now()
  );
  do $$ begin
    if to_regclass('kysely_migration') is not null then
      insert into schema_migrations (name, applied_at)
      select name, timestamp::timestamptz from kysely_migration
      on conflict do nothing;
    end if;
  end $$`;

/**
 * Applies in one transaction what is not applied yet, and gives its names. Of several processes that come at once one
 * applies; the others wait for it and find nothing left to do. The caller ends the connection when this fails, which
 * rolls back.
 */
export async function applyPending(client: pg.ClientBase, options: ApplyOptions): Promise<string[]> {
  await client.query('begin');
  await client.query(`select pg_advisory_xact_lock(${lockKey})`);
  // Only now: waiting for another process that migrates may take as long as its migration.
  await client.query(`set local lock_timeout = ${options.migrationLockTimeoutMs}`);
  await client.query(openTable);
  const pending = await pendingIn(client, options.migrations);
  for (const name of pending) {
    const { text, values } = options.migrations[name] as Sql;
    await client.query(text, values);
    await client.query('insert into schema_migrations (name) values ($1)', [name]);
  }
  await client.query('commit');
  return pending;
}

/** The names that are not applied yet, in order; names that only a newer version knows do not matter. */
export async function pendingIn(client: pg.ClientBase, migrations: Migrations): Promise<string[]> {
  const applied = await appliedIn(client);
  const pending = Object.keys(migrations)
    .filter((name) => !applied.has(name))
    .sort();
  const [first] = pending;
  const later = [...applied].find((name) => first !== undefined && name > first);
  // Two branches that were merged out of order: this one was written for a schema without the later one.
  if (later !== undefined)
    throw new Error(`migration ${first} comes before ${later}, which is applied already`);
  return pending;
}

const undefinedTable = '42P01';

async function appliedIn(client: pg.ClientBase): Promise<Set<string>> {
  try {
    const { rows } = await client.query<{ name: string }>('select name from schema_migrations order by name');
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === undefinedTable) return new Set();
    throw error;
  }
}
