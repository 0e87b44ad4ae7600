import pg from 'pg';
import type { PoolSettings } from './pool-settings.ts';
import { type Queryable, sql } from './sql.ts';

/** The database is reached through a pooler in a way that can't work: a mistake of the set-up, not an outage. */
export class PoolerError extends Error {
  override readonly name = 'PoolerError';
  readonly code = 'E_POOLER';
}

type Waits = Pick<PoolSettings, 'statementTimeoutMs' | 'lockTimeoutMs' | 'idleInTransactionTimeoutMs'>;

/** A pooler does not hand these on, as its connections to the server belong to nobody. */
export const startupParameters = (settings: Waits) => ({
  statement_timeout: settings.statementTimeoutMs,
  lock_timeout: settings.lockTimeoutMs,
  idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
});

const protocolViolation = '08P01';

/** A clearer error where a pooler stands in between and nobody said so. */
export function explainConnectError(error: unknown): unknown {
  const isPooler =
    error instanceof pg.DatabaseError &&
    error.code === protocolViolation &&
    error.message.includes('startup parameter');
  if (!isPooler) return error;
  const message = `${error.message}: a pooler stands before the database, so set pooler: 'transaction' (DATABASE_POOLER)`;
  return new PoolerError(message, { cause: error });
}

/**
 * Checks that the server bounds the waits of this role by itself, since nobody can tell it to per connection.
 *
 * @throws {PoolerError} with the statements that do
 */
export async function checkRoleWaits(queryable: Queryable, settings: Waits): Promise<void> {
  const wanted = Object.entries(startupParameters(settings));
  const rows = await queryable.query<{ name: string; role: string }>(sql`
    select name, current_user as role from pg_settings
    where name = any(${wanted.map(([name]) => name)}) and setting = '0'`);
  const unbounded = new Set(rows.map(({ name }) => name));
  const [role] = rows.map((row) => pg.escapeIdentifier(row.role));
  const statements = wanted
    .filter(([name]) => unbounded.has(name))
    .map(([name, timeoutMs]) => `alter role ${role} set ${name} = ${timeoutMs}`);
  if (statements.length === 0) return;
  const remedy = `run ${statements.join('; ')}, and let the pooler reconnect`;
  throw new PoolerError(`behind a pooler the role has to bound the waits of the server: ${remedy}`);
}
