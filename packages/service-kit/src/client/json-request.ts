import type { CallContext } from '@ballast/resilience';
import {
  anything,
  hasMethods,
  InvalidOptionError,
  integer,
  oneOf,
  recordOf,
  textLike,
} from '@ballast/resilience/primitives';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { safeHeaders } from '../problem/safe-headers.ts';
import { aSchema } from '../process/config.ts';
import { deadlineHeader, priorities, priorityHeader } from '../request/request-context.ts';

/** What a guarded call receives, or any part of it. */
export type HttpCallContext = Partial<CallContext>;

export interface JsonRequest<S extends z.ZodType> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /** Path and query; build variable parts with `encodeURIComponent`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** What the answer must be. */
  readonly schema: S;
  readonly ctx?: HttpCallContext;
  readonly maxBodyBytes?: number;
}

export const requestRules = {
  method: oneOf('GET', 'PUT', 'POST', 'DELETE', 'PATCH'),
  path: textLike(/^\/[!-\u00ff]*$/, 'a path that begins with /, escaped as in a URL'),
  body: anything,
  headers: recordOf('an object of strings', (value) => typeof value === 'string'),
  schema: aSchema,
  ctx: { expected: 'the context of a guarded call, or a part of it', accepts: isContext },
  maxBodyBytes: integer(1),
};

/** Whether its members are what they must be. A guarded call hands on an object that has more of them. */
function isContext(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { signal, attempt, priority, remainingMs } = value as HttpCallContext;
  return (
    (signal === undefined || hasMethods(signal, ['addEventListener', 'removeEventListener'])) &&
    (attempt === undefined || (Number.isSafeInteger(attempt) && attempt >= 1)) &&
    (priority === undefined || priorities.includes(priority)) &&
    (remainingMs === undefined || typeof remainingMs === 'function')
  );
}

/** What every request to a dependency has in common. */
export interface Base {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly path: string;
  readonly authorization: string | undefined;
}

export function baseOf(baseUrl: string): Base {
  const { origin, pathname, username, password } = new URL(baseUrl);
  const credentials = Buffer.from(`${unescaped(username)}:${unescaped(password)}`).toString('base64');
  return {
    origin,
    path: pathname.replace(/\/+$/, ''),
    authorization: username || password ? `Basic ${credentials}` : undefined,
  };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign
  }
}

export function toDispatch(
  request: JsonRequest<z.ZodType>,
  base: Base,
  marginMs: number,
): Dispatcher.RequestOptions {
  const { method, path, body, ctx } = request;
  const own = safeHeaders(request.headers);
  const headers: Record<string, string> = { accept: 'application/json', ...own };
  const hasAuthorization = Object.keys(own).some((name) => name.toLowerCase() === 'authorization');
  if (base.authorization && !hasAuthorization) headers.authorization = base.authorization;
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (ctx?.priority) headers[priorityHeader] = ctx.priority;
  const remainingMs = ctx?.remainingMs?.() ?? Number.POSITIVE_INFINITY;
  if (Number.isFinite(remainingMs))
    headers[deadlineHeader] = String(Math.max(0, Math.floor(remainingMs - marginMs)));
  return {
    method,
    path: base.path + path,
    headers,
    ...(body !== undefined && { body: jsonOf(body) }),
    ...(ctx?.signal && { signal: ctx.signal }),
  };
}

/** Before anything is sent, so that a body of the caller's own making is no failure of the dependency. */
function jsonOf(body: unknown): string {
  const text = jsonOrNothing(body);
  if (text !== undefined) return text;
  throw new InvalidOptionError('body', 'a value that JSON can hold', body, { of: 'json', isSecret: true });
}

function jsonOrNothing(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    return undefined; // a cycle, a BigInt, a getter that throws
  }
}
