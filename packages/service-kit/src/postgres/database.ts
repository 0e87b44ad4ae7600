import {
  aClock,
  aFunction,
  type Clock,
  checkOptions,
  integer,
  longestTimerMs,
  oneOf,
  type Random,
  systemClock,
  withPatch,
} from '@ballast/resilience/primitives';
import { type Logger, silentLogger } from '../process/logger.ts';
import { type MigrateOptions, migrateDefaults, migrateRules, migrateWith, untilMigrated } from './migrate.ts';
import { checkPool, checkSetUp, closePool, createPool, inTransaction, queryPool } from './pool.ts';
import type { Queryable } from './sql.ts';

export interface DatabaseOptions extends MigrateOptions {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  /** `await` leaves the schema to a job that runs `migrate()`, and waits for it. @default 'apply' */
  readonly migrating?: 'apply' | 'await';
  /**
   * `transaction` for PgBouncer in transaction mode and the like: statements get no names, and the role has to bound
   * the waits of the server. @default 'none'
   */
  readonly pooler?: 'none' | 'transaction';
  readonly maxConnections?: number;
  /** For a connection: a new one, or a free one of the pool. */
  readonly connectionTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly idleInTransactionTimeoutMs?: number;
  /** Client side, for a server that is stopped and can't enforce its own timeouts. */
  readonly queryTimeoutMs?: number;
  /** A connection is used no longer than this, or up to a quarter less, so that a new server is found. */
  readonly maxConnectionAgeMs?: number;
  /** How long to wait for a database that is still starting. */
  readonly startTimeoutMs?: number;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export const databaseDefaults = {
  ...migrateDefaults,
  maxConnections: 10,
  statementTimeoutMs: 1200,
  lockTimeoutMs: 800,
  idleInTransactionTimeoutMs: 3000,
  queryTimeoutMs: 1500,
  maxConnectionAgeMs: 300_000,
};

// PostgreSQL and pg take 0 for "no limit", and here every wait has one.
const timeout = integer(1, longestTimerMs);

const databaseRules = {
  ...migrateRules,
  migrating: oneOf('apply', 'await'),
  pooler: oneOf('none', 'transaction'),
  maxConnections: integer(1),
  statementTimeoutMs: timeout,
  lockTimeoutMs: timeout,
  idleInTransactionTimeoutMs: timeout,
  queryTimeoutMs: timeout,
  maxConnectionAgeMs: integer(1000, longestTimerMs),
  clock: aClock,
  random: aFunction,
};

export interface Database extends Queryable {
  readonly name: 'database';
  /** Several statements that are committed together, or none of them. Services do with one statement (ADR 0014). */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** A readiness check: rejects while the database does not answer, or takes no writes. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a PostgreSQL database: waits for it while it starts, migrates it (safe with several replicas at once), and
 * gives a pool of connections whose every wait is bounded.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 * @throws {PoolerError} behind a pooler that `pooler` does not tell of, or whose role bounds no waits
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  checkOptions('openDatabase', options, databaseRules, ['url', 'name', 'migrations']);
  const defaults = {
    logger: silentLogger,
    migrating: 'apply',
    pooler: 'none' as 'none' | 'transaction',
    clock: systemClock,
    random: Math.random,
    ...databaseDefaults,
  };
  const settings = withPatch(defaults, options, databaseRules) as typeof defaults & DatabaseOptions;
  await (settings.migrating === 'await' ? untilMigrated(settings) : migrateWith(settings));
  const pool = createPool(settings);
  await checkSetUp(pool).catch(async (error: unknown) => {
    await closePool(pool);
    throw error;
  });
  return {
    name: 'database',
    query: (statement) => queryPool(pool, statement),
    transaction: (work) => inTransaction(pool, work),
    check: () => checkPool(pool),
    close: () => closePool(pool),
  };
}
