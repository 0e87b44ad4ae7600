import {
  aClock,
  atLeast,
  type Clock,
  checkOptions,
  integer,
  longestTimerMs,
  optional,
  type Rule,
  text,
  wallClock,
  withMethods,
  withPatch,
} from '@ballast/resilience/primitives';
import { asAttempt } from '@ballast/telemetry';
import { type Dispatcher, RoundRobinPool } from 'undici';
import type { z } from 'zod';
import { baseOf, type JsonRequest, requestRules, toDispatch } from './json-request.ts';
import { readCapped } from './response-body.ts';
import { readAnswer } from './upstream-answer.ts';
import { InvalidResponseError, UpstreamError } from './upstream-errors.ts';

export interface HttpClientOptions {
  /** The dependency's name, as in errors. */
  readonly name: string;
  /**
   * From configuration only, never from a request. Its path comes before that of each request; a user and a password in
   * it are sent as basic authentication.
   */
  readonly baseUrl: string;
  /** Connections to this dependency: its own bulkhead. */
  readonly maxConnections?: number;
  /** A connection is used no longer than this, so that replicas that came later get their part of the calls. */
  readonly maxConnectionAgeMs?: number;
  readonly connectTimeoutMs?: number;
  /** Backstop for a call without a signal; the signal of `ctx` normally ends it earlier. */
  readonly responseTimeoutMs?: number;
  readonly maxBodyBytes?: number;
  /** Taken off the remaining time sent to the dependency: what the way back may cost. */
  readonly deadlineMarginMs?: number;
  /** A wall clock, since `Retry-After` may be a date. */
  readonly clock?: Clock;
  /** Sends the requests in place of a pool of connections, e.g. in a simulation. */
  readonly dispatcher?: HttpDispatcher | undefined;
}

/** The part of an undici dispatcher that a client uses. */
export interface HttpDispatcher {
  request(options: Dispatcher.RequestOptions): Promise<HttpAnswer>;
  destroy(): Promise<void>;
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: AsyncIterable<Buffer> | Iterable<Buffer>;
}

export const httpClientDefaults = {
  maxConnections: 32,
  maxConnectionAgeMs: 30_000,
  connectTimeoutMs: 500,
  responseTimeoutMs: 10_000,
  maxBodyBytes: 256 * 1024,
  deadlineMarginMs: 10,
};

export interface HttpClient {
  readonly name: string;
  /**
   * Sends a request and checks the answer.
   * @throws {UpstreamError} for an error answer, a redirect or no answer
   * @throws {InvalidResponseError} for an answer that is too large, no JSON, or not what `schema` says
   * @throws {InvalidOptionError} for a request that is not described above; nothing is sent
   * @throws the signal's reason when `ctx.signal` is aborted, also while the body is read
   */
  json<S extends z.ZodType>(request: JsonRequest<S>): Promise<z.output<S>>;
  close(): Promise<void>;
}

const httpUrl: Rule = {
  expected: 'an http:// or https:// URL without query and fragment',
  accepts: (value) => typeof value === 'string' && /^https?:\/\/[^?#]*$/.test(value) && URL.canParse(value),
  // It may hold a password.
  isSecret: true,
};
const time = integer(1, longestTimerMs);

const clientRules = {
  name: text,
  baseUrl: httpUrl,
  maxConnections: integer(1),
  maxConnectionAgeMs: time,
  connectTimeoutMs: time,
  responseTimeoutMs: time,
  maxBodyBytes: integer(1),
  deadlineMarginMs: atLeast(0),
  clock: aClock,
  dispatcher: optional(withMethods('an undici dispatcher', 'request', 'destroy')),
};

/**
 * A client for one dependency, with its own undici pool: bounded connections, used in turn (a plain Pool gives all
 * calls to the first that is free, and so to one replica), no pipelining (one slow answer must not hold up another), no
 * redirects, capped bodies.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  checkOptions('httpClient', options, clientRules, ['name', 'baseUrl']);
  const settings = withPatch(
    { name: options.name, clock: wallClock, ...httpClientDefaults },
    options,
    clientRules,
  );
  const base = baseOf(options.baseUrl);
  const pool = options.dispatcher ?? poolTo(base.origin, settings);

  async function json<S extends z.ZodType>(request: JsonRequest<S>): Promise<z.output<S>> {
    checkOptions('json', request, requestRules, ['method', 'path', 'schema']);
    const dispatch = toDispatch(request, base, settings.deadlineMarginMs);
    try {
      const response = await asAttempt(request.ctx?.attempt ?? 1, () => pool.request(dispatch));
      const maxBodyBytes = request.maxBodyBytes ?? settings.maxBodyBytes;
      const bytes = await readCapped(response.body, maxBodyBytes);
      return readAnswer({ ...settings, maxBodyBytes, schema: request.schema }, response, bytes);
    } catch (error) {
      throw translate(settings.name, error, request.ctx?.signal);
    }
  }

  return { name: settings.name, json, close: () => pool.destroy() };
}

function poolTo(origin: string, settings: typeof httpClientDefaults): HttpDispatcher {
  return new RoundRobinPool(origin, {
    connections: settings.maxConnections,
    clientTtl: settings.maxConnectionAgeMs,
    pipelining: 1,
    connectTimeout: settings.connectTimeoutMs,
    headersTimeout: settings.responseTimeoutMs,
    bodyTimeout: settings.responseTimeoutMs,
    maxHeaderSize: 16 * 1024,
  });
}

// undici, 8.12: a parser error has a code only when llhttp names one.
const notHttp = new Set([
  'HTTPParserError',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

function translate(name: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof UpstreamError || error instanceof InvalidResponseError) return error;
  if (signal?.aborted) return signal.reason;
  const code = codeOf(error);
  if (code === 'E_BODY_TOO_LARGE') return new InvalidResponseError(name, (error as Error).message, error);
  if (code.startsWith('HPE_') || notHttp.has(code)) {
    return new InvalidResponseError(name, 'the answer is not valid HTTP', error);
  }
  return new UpstreamError(name, { reason: code, cause: error });
}

// The code of a DOMException is a number, which says less than its name.
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
