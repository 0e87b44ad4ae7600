import pg from 'pg';
import type { Logger } from '../process/logger.ts';
import { named, type Queryable, type Sql } from './sql.ts';

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

/** A pool whose every wait is bounded. */
export function createPool(settings: PoolSettings): pg.Pool {
  const pool = new pg.Pool({
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
  // The same for a connection that is lost while it is in use; its query fails with the same error.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs one statement on a connection of the pool. */
export function queryPool<Row>(pool: pg.Pool, statement: Sql): Promise<Row[]> {
  return withConnection(pool, (client) => queryable(client).query<Row>(statement));
}

/** Runs `work` between `begin` and `commit` on one connection. */
export function inTransaction<T>(pool: pg.Pool, work: (transaction: Queryable) => Promise<T>): Promise<T> {
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

async function withConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let mustClose = false;
  try {
    return await work(client);
  } catch (error) {
    mustClose = !isAnswer(error);
    throw error;
  } finally {
    client.release(mustClose);
  }
}

/**
 * The server answered, if only with an error, and takes the next query. After any other error the connection is about
 * to end (severity FATAL), or its query may still be running, as it is after pg's "Query read timeout": the next
 * caller would get an error that is not its own, or wait behind that query.
 */
const isAnswer = (error: unknown): boolean => error instanceof pg.DatabaseError && error.severity === 'ERROR';
