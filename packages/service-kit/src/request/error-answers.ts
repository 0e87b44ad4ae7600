import { verdictOfError } from '@ballast/resilience';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { databaseProblem } from '../postgres/database-problem.ts';
import { ProblemError, problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/send-problem.ts';
import type { Logger } from '../process/logger.ts';
import { hasTimeLeft } from './request-context.ts';

/** The answer for anything that was thrown. It holds nothing but what is known to be safe to show. */
export function toProblem(error: unknown, caller = { callerHasTime: true }): ProblemError {
  if (error instanceof ProblemError) return error;
  return (
    frameworkProblem(error) ??
    timeProblem(error, caller) ??
    dependencyProblem(error) ??
    databaseProblem(error) ??
    unexpected(error)
  );
}

/** The last handler of the app: turns every error into problem+json, and logs those that are ours. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return function errorAnswer(error, request, response, _next) {
    const answer = toProblem(error, { callerHasTime: hasTimeLeft(request) });
    const fields = { err: error, method: request.method, path: request.path, status: answer.status };
    if (answer.code === unexpectedProblem) logger.error(fields, 'unexpected error');
    else logger.debug(fields, 'request answered with a problem');
    sendProblem(response, answer);
  };
}

/** For a path that does not exist. */
export const answerNotFound: RequestHandler = function notFound(request) {
  throw problem(404, 'not-found', `There is nothing at ${request.path.slice(0, 200)}`);
};

/** For a known path with a method it does not have (RFC 9110 asks for `Allow`). */
export function answerMethodNotAllowed(methods: string[]): RequestHandler {
  const allow = methods.includes('GET') ? ['HEAD', ...methods] : methods;
  const headers = { Allow: allow.sort().join(', ') };
  return function methodNotAllowed(request) {
    throw problem(405, 'method-not-allowed', `${request.method} is not possible here`, { headers });
  };
}

const frameworkCodes: Record<number, [code: string, detail: string]> = {
  400: ['bad-request', 'The request could not be read'],
  413: ['content-too-large', 'The body is larger than this service accepts'],
  415: ['unsupported-media-type', 'The body must be application/json in UTF-8, not compressed'],
};

// body-parser and the router mark their errors with `status`; their texts quote the input and stay here.
function frameworkProblem(error: unknown): ProblemError | undefined {
  const status = error instanceof Error && 'expose' in error && 'status' in error ? Number(error.status) : 0;
  const known = error instanceof URIError ? frameworkCodes[400] : frameworkCodes[status];
  if (!known) return undefined;
  return problem(error instanceof URIError ? 400 : status, known[0], known[1], { cause: error });
}

const unavailableProblem = new Set([
  'E_BREAKER_OPEN',
  'E_BULKHEAD_FULL',
  'E_RATE_LIMITED',
  'E_THROTTLED',
  'E_UPSTREAM',
  'E_INVALID_RESPONSE',
  'E_CANCELLED',
  'E_CLIENT_CLOSED',
]);
const outOfTime = new Set(['E_DEADLINE', 'E_ATTEMPT_TIMEOUT']);

/** Suggested wait when a dependency gave none. */
const awayRetryAfterMs = 1000;

// It depends on whose time ran out. The caller's: the outcome is unknown, and there is no time for a retry. The
// dependency's own: it counts as away, and the caller may try again.
function timeProblem(
  cause: unknown,
  { callerHasTime }: { callerHasTime: boolean },
): ProblemError | undefined {
  if (!outOfTime.has(codeOf(cause))) return undefined;
  if (!callerHasTime) return problem(504, 'deadline-exceeded', 'No answer was ready in time', { cause });
  const detail = 'A dependency did not answer in time; a write may still be done';
  return problem(503, 'dependency-unavailable', detail, { retryAfterMs: awayRetryAfterMs, cause });
}

// An error of a required dependency that nothing degraded: the caller may try again, and need not know which one.
function dependencyProblem(cause: unknown): ProblemError | undefined {
  if (!unavailableProblem.has(codeOf(cause))) return undefined;
  const { retryAfterMs } = cause as { retryAfterMs?: unknown };
  // A dependency that calls our request wrong is not away: that is a bug here, and a 500.
  if (verdictOfError(cause) === 'caller') return undefined;
  return problem(503, 'dependency-unavailable', 'A dependency is not available', {
    retryAfterMs: isWait(retryAfterMs) ? retryAfterMs : awayRetryAfterMs,
    cause,
  });
}

// An error of any library may have a member of this name: what can't be sent must not break the answer.
function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const unexpectedProblem = 'internal-server-error';

function unexpected(cause: unknown): ProblemError {
  return problem(500, unexpectedProblem, undefined, { cause });
}
