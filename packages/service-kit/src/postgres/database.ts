import { observePool } from '@ballast/telemetry';
import { Kysely, PostgresDialect } from 'kysely';
import type { Migration } from 'kysely/migration';
import pg from 'pg';
import type { Logger } from '../process/logger.ts';
import { silentLogger } from '../process/logger.ts';
import { migrate, migrateDefaults, untilMigrated } from './migrate.ts';

export interface DatabaseOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  /** By name, applied in alphabetical order: `{ '0001_orders': { up } }`. */
  migrations: Record<string, Migration>;
  /** `await` leaves the schema to a job that runs `migrate()`, and waits for it. @default 'apply' */
  migrating?: 'apply' | 'await';
  maxConnections?: number;
  /** For a connection: a new one, or a free one of the pool. */
  connectionTimeoutMs?: number;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  /** Client side, for a server that is stopped and can't enforce its own timeouts. */
  queryTimeoutMs?: number;
  /** How long to wait for a database that is still starting. */
  startTimeoutMs?: number;
  logger?: Logger;
}

export const databaseDefaults = {
  ...migrateDefaults,
  maxConnections: 10,
  statementTimeoutMs: 1200,
  lockTimeoutMs: 800,
  idleInTransactionTimeoutMs: 3000,
  queryTimeoutMs: 1500,
};

export interface Database<Schema> {
  readonly name: 'database';
  readonly db: Kysely<Schema>;
  /** A readiness check: rejects while the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a PostgreSQL database: waits for it while it starts, migrates it (safe with several replicas at once), and
 * gives a kysely on a pool whose every wait is bounded.
 */
export async function openDatabase<Schema>(options: DatabaseOptions): Promise<Database<Schema>> {
  const settings = { logger: silentLogger, ...databaseDefaults, ...options };
  await (settings.migrating === 'await' ? untilMigrated(settings) : migrate(settings));
  const pool = createPool(settings);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  // Not db.destroy(), which leaves alone a pool that only the readiness check has used.
  return { name: 'database', db, check: () => checkPool(pool), close: () => pool.end() };
}

type Settings = typeof databaseDefaults & { url: string; name: string; logger: Logger };

function createPool(settings: Settings): pg.Pool {
  const pool = new pg.Pool({
    Client: RetiringClient,
    connectionString: settings.url,
    application_name: settings.name,
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectionTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    lock_timeout: settings.lockTimeoutMs,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
    query_timeout: settings.queryTimeoutMs,
    keepAlive: true,
  });
  // Without a listener, an idle connection that the server closes would end the process.
  pool.on('error', (err) => settings.logger.warn({ err }, 'an idle database connection was lost'));
  // One that is lost at work tells its query, and then everybody: kysely, unlike pool.query, does not listen.
  pool.on('connect', (client) => client.on('error', () => {}));
  return observePool(pool);
}

// pg hands a connection whose query timed out back to the pool with that query still running, and the next caller
// queues behind it (8.23, lib/client.js). Ending it makes the pool open a new one.
class RetiringClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query eight ways, all passed through untouched
  override query(...args: any[]): any {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const result = (super.query as any)(...named(args));
    if (result instanceof Promise) result.catch((error: Error) => this.#retireAfter(error));
    return result;
  }

  #retireAfter(error: Error): void {
    if (error.message === 'Query read timeout') this.end().catch(() => {});
  }
}

const maxNamedStatements = 200;
const statementNames = new Map<string, string>();

// A statement with a name is parsed and planned once per connection; kysely gives none. Behind a pooler that shares
// connections between transactions, names need its support (PgBouncer: max_prepared_statements).
function named(args: unknown[]): unknown[] {
  const [text, values, ...rest] = args;
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return args;
  let name = statementNames.get(text);
  if (!name && statementNames.size < maxNamedStatements) {
    name = `s${statementNames.size}`;
    statementNames.set(text, name);
  }
  return name ? [{ name, text, values }, ...rest] : args;
}

async function checkPool(pool: pg.Pool): Promise<void> {
  // All connections at work means the database answers; a busy service must not be taken for a dead one.
  const saturated =
    pool.idleCount === 0 && pool.totalCount >= (pool.options.max ?? 0) && pool.waitingCount > 0;
  if (!saturated) await pool.query('select 1');
}
