import pg from 'pg';

/**
 * What an error says about its connection, and about the others of the pool, which have met or will meet the same.
 *
 * - `statement`: its prepared statements are of no use any more. Nothing was executed.
 * - `server`: its server accepts no writes, as one that was demoted; a new connection may lead to another server.
 */
export type Poison = 'statement' | 'server';

const poisons: Readonly<Record<string, Poison>> = {
  // invalid_sql_statement_name and duplicate_prepared_statement: after DISCARD ALL, or behind a pooler.
  '26000': 'statement',
  '42P05': 'statement',
  // read_only_sql_transaction
  '25006': 'server',
};

export function poisonIn(error: unknown): Poison | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined;
  // "cached plan must not change result type", after an ALTER TABLE. Its code 0A000 has other meanings as well.
  if (error.routine === 'RevalidateCachedQuery') return 'statement';
  return error.code === undefined ? undefined : poisons[error.code];
}

/** The database answers and takes no writes. */
export class ReadOnlyDatabaseError extends Error {
  override readonly name = 'ReadOnlyDatabaseError';
  /** As PostgreSQL says it: read_only_sql_transaction. */
  readonly code = '25006';
  readonly reason = 'read-only';

  constructor() {
    super('the database is read-only');
  }
}
