import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@ballast/resilience';
import {
  checkOptions,
  integer,
  longestTimerMs,
  type Rule,
  recordOf,
  text,
  withMethods,
  withPatch,
} from '@ballast/resilience/primitives';
import pg from 'pg';
import { type Logger, silentLogger } from '../process/logger.ts';
import { isContended, isDatabaseAway } from './database-problem.ts';
import { applyPending, type Migrations, pendingIn } from './schema-migrations.ts';
import { Sql } from './sql.ts';

/** Which database to bring to which schema. */
export interface MigrateOptions {
  /** `postgres://…`; never shown in an error, as it may hold a password. */
  readonly url: string;
  /** Shown in pg_stat_activity as `<name>-migration`. */
  readonly name: string;
  readonly migrations: Migrations;
  /** How long to wait for a database that is still starting, or for another process to migrate it. */
  readonly startTimeoutMs?: number;
  readonly connectionTimeoutMs?: number;
  /** For DDL: while it waits for a long query, everybody else waits behind it. Then it is tried again. */
  readonly migrationLockTimeoutMs?: number;
  readonly logger?: Logger;
}

export const migrateDefaults = {
  startTimeoutMs: 30_000,
  connectionTimeoutMs: 1000,
  migrationLockTimeoutMs: 5000,
};

const postgresUrl: Rule = {
  expected: 'a postgres:// URL',
  accepts: (value) => typeof value === 'string' && /^postgres(ql)?:\/\//.test(value) && URL.canParse(value),
  isSecret: true,
};
export const migrateRules = {
  url: postgresUrl,
  name: text,
  migrations: recordOf('an object of sql`…` by name', (value) => value instanceof Sql),
  startTimeoutMs: integer(0, longestTimerMs),
  connectionTimeoutMs: integer(1, longestTimerMs),
  migrationLockTimeoutMs: integer(1, longestTimerMs),
  logger: withMethods('a logger', 'debug', 'info', 'warn', 'error', 'fatal'),
};

/**
 * Applies what is not applied yet, and leaves alone what a newer version has applied: a rollout overlaps, and may be
 * taken back. So a migration must suit the version before it (expand now, contract a release later). Waits up to
 * `startTimeoutMs` for a database that is starting or away.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  checkOptions('migrate', options, migrateRules, ['url', 'name', 'migrations']);
  const defaults = { logger: silentLogger, ...migrateDefaults };
  await migrateWith(withPatch(defaults, options, migrateRules) as MigrateSettings);
}

export type MigrateSettings = Required<MigrateOptions>;

/** `migrate` for options that are checked and complete. */
export function migrateWith(settings: MigrateSettings): Promise<void> {
  return retryWhileAway(settings, async (client) => {
    const applied = await applyPending(client, settings);
    if (applied.length > 0) settings.logger.info({ applied }, 'migrated');
  });
}

/** Another process migrates, and has not got that far yet. */
class NotMigratedError extends Error {
  override readonly name = 'NotMigratedError';
}

/**
 * Waits up to `startTimeoutMs` until everything is applied, and applies nothing: for replicas whose schema is brought
 * up to date by a job of its own. A schema that is already ahead is fine, so that a rollout can overlap.
 */
export function untilMigrated(settings: MigrateSettings): Promise<void> {
  return retryWhileAway(settings, async (client) => {
    const pending = await pendingIn(client, settings.migrations);
    if (pending.length > 0) throw new NotMigratedError(`not applied yet: ${pending.join(', ')}`);
  });
}

const retryDelayMs = 250;

async function retryWhileAway(
  settings: MigrateSettings,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const givesUpAtMs = systemClock.now() + settings.startTimeoutMs;
  for (;;) {
    try {
      return await withClient(settings, work);
    } catch (error) {
      const mayPass = error instanceof NotMigratedError || isDatabaseAway(error) || isContended(error);
      if (!mayPass || systemClock.now() >= givesUpAtMs) throw error;
      settings.logger.warn({ reason: (error as Error).message }, 'waiting for the database');
      await delay(retryDelayMs);
    }
  }
}

// A connection of its own without the pool's timeouts: a migration may take long.
async function withClient(
  { url, name, connectionTimeoutMs }: MigrateSettings,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `${name}-migration`,
    connectionTimeoutMillis: connectionTimeoutMs,
    keepAlive: true,
  });
  // A connection that is lost fails its query; without a listener it would end the process as well.
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}
