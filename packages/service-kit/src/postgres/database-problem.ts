import { type ProblemError, problem } from '../problem/problem.ts';

/** Suggested wait before trying a database again. */
const awayRetryAfterMs = 1000;

// Class 08 connection, 53 out of resources (disk, memory, connections), 57 shut down or query cancelled.
const awayClasses = new Set(['08', '53', '57']);
// idle_in_transaction timeout, read-only after a failover, a server that is full of errors (58).
const awayStates = new Set(['25P03', '25006', '58030']);
// Serialization failure, deadlock, lock_timeout.
const contendedStates = new Set(['40001', '40P01', '55P03']);
const statementTimeout = '57014';
// What PostgreSQL says of a statement that was cancelled while it waited for a row (its XactLockTableWait).
const waitsForRow = /^while \w+ tuple \(\d+,\d+\) in relation /m;
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
// node-postgres gives these no code (8.23: lib/client.js and pg-pool/index.js).
const poolMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client (has encountered a connection error|was closed)|timeout expired|Cannot use a pool after calling end)/;

/** True when other sessions hold the rows that a statement needs: a later try may do, and the database is well. */
export function isContended(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  if (error.code !== statementTimeout) return contendedStates.has(error.code);
  return 'where' in error && typeof error.where === 'string' && waitsForRow.test(error.where);
}

/** True when the database is away, full or too busy: a later try may do, and nothing is wrong with the request. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || isContended(error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.length === 5 && /\d/.test(code)) return awayClasses.has(code.slice(0, 2)) || awayStates.has(code);
  return networkCodes.has(code) || poolMessages.test(error.message);
}

/** 503 with Retry-After when the database is away or its rows are contended, else undefined. */
export function databaseProblem(cause: unknown): ProblemError | undefined {
  if (isContended(cause)) {
    const detail = 'Others hold the rows that are needed';
    return problem(503, 'contended', detail, { retryAfterMs: awayRetryAfterMs, cause });
  }
  if (!isDatabaseAway(cause)) return undefined;
  return problem(503, 'database-unavailable', 'The database is not available', {
    retryAfterMs: awayRetryAfterMs,
    cause,
  });
}
