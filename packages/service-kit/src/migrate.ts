import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { isDatabaseAway } from './database-problem.ts';
import type { Logger } from './logger.ts';

interface MigrateOptions {
  url: string;
  name: string;
  migrations: Record<string, Migration>;
  startTimeoutMs: number;
  connectionTimeoutMs: number;
  logger: Logger;
}

const RETRY_DELAY_MS = 250;

/** Applies what is not applied yet; waits up to `startTimeoutMs` for a database that is starting or away. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const givesUpAt = performance.now() + options.startTimeoutMs;
  for (;;) {
    try {
      return await migrateOnce(options);
    } catch (error) {
      if (!isDatabaseAway(error) || performance.now() >= givesUpAt) throw error;
      options.logger.warn({ reason: (error as Error).message }, 'waiting for the database');
      await delay(RETRY_DELAY_MS);
    }
  }
}

// On a connection of its own without the pool's timeouts: a migration may take long, and a second replica waits for
// kysely's advisory lock until the first one is through.
async function migrateOnce({
  url,
  name,
  migrations,
  connectionTimeoutMs,
  logger,
}: MigrateOptions): Promise<void> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `${name}-migration`,
    max: 1,
    connectionTimeoutMillis: connectionTimeoutMs,
  });
  pool.on('error', () => {});
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const provider = { getMigrations: async () => migrations };
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
    if (error) throw error;
    if (results.length > 0)
      logger.info({ applied: results.map((result) => result.migrationName) }, 'migrated');
  } finally {
    await db.destroy();
  }
}
