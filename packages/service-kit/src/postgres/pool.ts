import { observePool } from '@ballast/telemetry';
import pg from 'pg';
import { ConnectionAges } from './connection-ages.ts';
import { isDatabaseAway } from './database-problem.ts';
import { GivenUpConnections } from './given-up-connections.ts';
import { poisonIn, ReadOnlyDatabaseError } from './poisoned.ts';
import type { PoolSettings } from './pool-settings.ts';
import { checkRoleWaits, explainConnectError, startupParameters } from './pooler.ts';
import { named, type Queryable, type Sql, sql, unnamed } from './sql.ts';

/** A pool of pg, how old its connections are, and which of them nobody waits for although the server works on them. */
export interface Pool {
  readonly connections: pg.Pool;
  readonly ages: ConnectionAges;
  readonly givenUp: GivenUpConnections;
  readonly settings: PoolSettings;
}

/** A pool whose every wait is bounded. */
export function createPool(settings: PoolSettings): Pool {
  const ages = new ConnectionAges(settings);
  const givenUp = new GivenUpConnections(settings, ages);
  const connections = new pg.Pool({
    connectionString: settings.url,
    application_name: settings.name,
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectionTimeoutMs,
    ...(settings.pooler === 'none' && startupParameters(settings)),
    query_timeout: settings.queryTimeoutMs,
    keepAlive: true,
  });
  // Without a listener, an idle connection that the server closes would end the process.
  connections.on('error', (err) => settings.logger.warn({ err }, 'an idle database connection was lost'));
  // The same for a connection that is lost while it is in use; its query fails with the same error.
  connections.on('connect', (client) => {
    client.on('error', () => {});
    ages.begin(client);
    givenUp.watch(client);
  });
  return { connections: observePool(connections), ages, givenUp, settings };
}

/** Runs one statement on a connection of the pool. */
export async function queryPool<Row>(pool: Pool, statement: Sql): Promise<Row[]> {
  const run = () => withConnection(pool, (client) => queryable(pool, client).query<Row>(statement));
  try {
    return await run();
  } catch (error) {
    // Nothing was executed, and the next connection is a new one.
    if (poisonIn(error) === 'statement') return run();
    throw error;
  }
}

/** Runs `work` between `begin` and `commit` on one connection. */
export function inTransaction<T>(pool: Pool, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  return withConnection(pool, async (client) => {
    await client.query('begin');
    try {
      const result = await work(queryable(pool, client));
      await client.query('commit');
      return result;
    } catch (error) {
      // Any other error closes the connection, which rolls back as well.
      if (isAnswer(error)) await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}

// A prepared statement belongs to a connection of the server, and the next transaction may get another one.
const queryable = ({ settings }: Pool, client: pg.PoolClient): Queryable => ({
  async query<Row>(statement: Sql) {
    const { rows } = await client.query(settings.pooler === 'none' ? named(statement) : unnamed(statement));
    return rows as Row[];
  },
});

async function withConnection<T>(pool: Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await takeConnection(pool);
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    const mustClose = isPoisoned(pool, client, error);
    if (isAnswer(error)) client.release(mustClose);
    else pool.givenUp.add(client);
    throw error;
  }
}

async function takeConnection({ connections, ages }: Pool): Promise<pg.PoolClient> {
  for (;;) {
    const client = await connections.connect().catch((error: unknown) => {
      throw explainConnectError(error);
    });
    if (!ages.isOver(client)) return client;
    client.release(true);
  }
}

/** Whether the connection is of no use after this error; the others like it are then not used again either. */
function isPoisoned({ ages }: Pool, client: pg.PoolClient, error: unknown): boolean {
  const poison = poisonIn(error);
  if (poison === 'statement') ages.endAll();
  if (poison === 'server') ages.endOld();
  return ages.isOver(client);
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

/**
 * Stops the start where the pool can never work. A database that is away is none of that: it is waited for elsewhere.
 *
 * @throws {PoolerError}
 */
export async function checkSetUp(pool: Pool): Promise<void> {
  const query: Queryable['query'] = (statement) => queryPool(pool, statement);
  try {
    if (pool.settings.pooler === 'none') await query(sql`select 1`);
    else await checkRoleWaits({ query }, pool.settings);
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
  }
}

/** A readiness check: the database answers, and takes writes. */
export async function checkPool(pool: Pool): Promise<void> {
  const { idleCount, totalCount, waitingCount, options } = pool.connections;
  const max = options.max ?? 0;
  // All connections at work means the database answers; a busy service must not be taken for a dead one.
  const isSaturated = idleCount === 0 && totalCount >= max && waitingCount > 0 && pool.givenUp.count < max;
  if (isSaturated) return;
  const [answer] = await queryPool<{ read_only: boolean }>(pool, isReadOnly);
  if (!answer?.read_only) return;
  pool.ages.endOld();
  throw new ReadOnlyDatabaseError();
}

// On for a standby, for a server that was demoted, and where a role or a database was set so.
const isReadOnly = sql`select current_setting('transaction_read_only')::boolean as read_only`;
