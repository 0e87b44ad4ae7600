import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { type Logger, silentLogger } from '../process/logger.ts';
import { isDatabaseAway } from './database-problem.ts';

/** Which database to bring to which schema. */
export interface MigrateOptions {
  url: string;
  /** Shown in pg_stat_activity as `<name>-migration`. */
  name: string;
  /** By name, applied in alphabetical order: `{ '0001_orders': { up } }`. */
  migrations: Record<string, Migration>;
  /** How long to wait for a database that is still starting, or for another process to migrate it. */
  startTimeoutMs?: number;
  connectionTimeoutMs?: number;
  /** For DDL: while it waits for a long query, everybody else waits behind it. Then it is tried again. */
  migrationLockTimeoutMs?: number;
  logger?: Logger;
}

export const migrateDefaults = {
  startTimeoutMs: 30_000,
  connectionTimeoutMs: 1000,
  migrationLockTimeoutMs: 5000,
};

const retryDelayMs = 250;

/** Somebody else migrates, and has not got that far yet. */
class NotMigratedError extends Error {
  override readonly name = 'NotMigratedError';
}

/**
 * Applies what is not applied yet, and leaves alone what a newer version has applied: a rollout overlaps, and may be
 * taken back. So a migration must suit the version before it (expand now, contract a release later). Waits up to
 * `startTimeoutMs` for a database that is starting or away.
 */
export function migrate(options: MigrateOptions): Promise<void> {
  return persist(options, async (migrator, logger) => {
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error) throw error;
    if (results.length > 0)
      logger.info({ applied: results.map((result) => result.migrationName) }, 'migrated');
  });
}

/**
 * Waits up to `startTimeoutMs` until everything is applied, and applies nothing: for replicas whose schema is brought
 * up to date by a job of its own. A schema that is already ahead is fine, so that a rollout can overlap.
 */
export function untilMigrated(options: MigrateOptions): Promise<void> {
  return persist(options, async (migrator) => {
    const open = (await migrator.getMigrations()).filter(({ executedAt }) => !executedAt);
    if (open.length > 0)
      throw new NotMigratedError(`not applied yet: ${open.map(({ name }) => name).join(', ')}`);
  });
}

async function persist(options: MigrateOptions, work: Work): Promise<void> {
  const settings = { logger: silentLogger, ...migrateDefaults, ...options };
  const givesUpAt = performance.now() + settings.startTimeoutMs;
  for (;;) {
    try {
      return await withMigrator(settings, work);
    } catch (error) {
      const mayPass = error instanceof NotMigratedError || isDatabaseAway(error);
      if (!mayPass || performance.now() >= givesUpAt) throw error;
      settings.logger.warn({ reason: (error as Error).message }, 'waiting for the database');
      await delay(retryDelayMs);
    }
  }
}

type Work = (migrator: Migrator, logger: Logger) => Promise<void>;

// On connections of its own without the pool's timeouts: a migration may take long, and a second replica waits for
// kysely's advisory lock, for which kysely sets its own timeout, until the first one is through.
async function withMigrator(
  { url, name, migrations, connectionTimeoutMs, migrationLockTimeoutMs, logger }: Required<MigrateOptions>,
  work: Work,
): Promise<void> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `${name}-migration`,
    max: 2,
    connectionTimeoutMillis: connectionTimeoutMs,
    lock_timeout: migrationLockTimeoutMs,
  });
  pool.on('error', () => {});
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const provider = { getMigrations: async () => ({ ...(await appliedIn(db)), ...migrations }) };
    await work(new Migrator({ db, provider }), logger);
  } finally {
    await db.destroy();
  }
}

const undefinedTable = '42P01';

// kysely calls a migration that it does not know corrupted, allowUnorderedMigrations or not (0.29.9, migrator.js): after a
// newer version had been there, no older one could start. It asks for migrations under its lock, so none is added between
// this and its own look; hence the second connection, since the first one is in kysely's transaction.
async function appliedIn(db: Kysely<unknown>): Promise<Record<string, Migration>> {
  const noop: Migration = { up: async () => {} };
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
    return Object.fromEntries(rows.map(({ name }) => [name, noop]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === undefinedTable) return {};
    throw error;
  }
}
