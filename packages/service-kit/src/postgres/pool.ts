import { observePool } from '@ballast/telemetry';
import pg from 'pg';
import type { Logger } from '../process/logger.ts';
import { GivenUpConnections } from './given-up-connections.ts';
import { named, type Queryable, type Sql, sql } from './sql.ts';

export interface PoolSettings {
  readonly url: string;
  readonly name: string;
  readonly maxConnections: number;
  readonly connectionTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly logger: Logger;
}

/** A pool of pg, and the connections in it that are waited for by nobody but hold a backend of the server. */
export interface Pool {
  readonly connections: pg.Pool;
  readonly givenUp: GivenUpConnections;
}

/** A pool whose every wait is bounded. */
export function createPool(settings: PoolSettings): Pool {
  const givenUp = new GivenUpConnections(settings);
  const connections = new pg.Pool({
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
  connections.on('error', (err) => settings.logger.warn({ err }, 'an idle database connection was lost'));
  // The same for a connection that is lost while it is in use; its query fails with the same error.
  connections.on('connect', (client) => givenUp.watch(client.on('error', () => {})));
  return { connections: observePool(connections), givenUp };
}

/** Runs one statement on a connection of the pool. */
export function queryPool<Row>(pool: Pool, statement: Sql): Promise<Row[]> {
  return withConnection(pool, (client) => queryable(client).query<Row>(statement));
}

/** Runs `work` between `begin` and `commit` on one connection. */
export function inTransaction<T>(pool: Pool, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  return withConnection(pool, async (client) => {
    await client.query('begin');
    try {
      const result = await work(queryable(client));
      await client.query('commit');
      return result;
    } catch (error) {
      // Any other error closes the connection, which rolls back as well.
      if (isAnswer(error)) await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}

const queryable = (client: pg.PoolClient): Queryable => ({
  query: async <Row>(statement: Sql) => (await client.query(named(statement))).rows as Row[],
});

async function withConnection<T>(
  { connections, givenUp }: Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connections.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    if (isAnswer(error)) client.release();
    else givenUp.add(client);
    throw error;
  }
}

/**
 * The server answered, if only with an error, and takes the next query. After any other error the connection is about
 * to end (severity FATAL), or its query may still be running, as it is after pg's "Query read timeout": the next
 * caller would get an error that is not its own, or wait behind that query.
 */
const isAnswer = (error: unknown): boolean => error instanceof pg.DatabaseError && error.severity === 'ERROR';

/** Closes what is idle, waits for what is at work, and leaves what was given up. */
export async function closePool({ connections, givenUp }: Pool): Promise<void> {
  givenUp.close();
  await connections.end();
}

/** A readiness check. */
export async function checkPool(pool: Pool): Promise<void> {
  const { idleCount, totalCount, waitingCount, options } = pool.connections;
  const max = options.max ?? 0;
  // All connections at work means the database answers; a busy service must not be taken for a dead one.
  const isSaturated = idleCount === 0 && totalCount >= max && waitingCount > 0 && pool.givenUp.count < max;
  if (!isSaturated) await queryPool(pool, sql`select 1`);
}
