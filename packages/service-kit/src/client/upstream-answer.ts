import type { Clock } from '@ballast/resilience/primitives';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { problemContentType, problemSchema } from '../problem/problem.ts';
import { InvalidResponseError, UpstreamError } from './upstream-errors.ts';

/** What is expected of an answer. */
export interface Expectation<S extends z.ZodType> {
  /** The dependency's name, as in errors. */
  readonly name: string;
  readonly schema: S;
  /** Tells how long it is until a date in `Retry-After`. */
  readonly clock: Clock;
}

/** What a dependency answered, as its schema says it must be. */
export function readAnswer<S extends z.ZodType>(
  { name, schema, clock }: Expectation<S>,
  { statusCode: status, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  bytes: Buffer,
): z.output<S> {
  const type = String(headers['content-type'] ?? '').split(';', 1)[0];
  if (status < 200 || status >= 300) {
    const header = headers['retry-after'];
    throw new UpstreamError(name, {
      status,
      reason: (type === problemContentType && problemCode(bytes)) || `http-${status}`,
      retryAfter: Array.isArray(header) ? header[0] : header,
      nowMs: clock.now(),
    });
  }
  const parsed = schema.safeParse(bytes.length === 0 ? undefined : parseJson(name, type, bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidResponseError(
    name,
    `the answer is not as described: ${issue?.path.join('.')} ${issue?.message}`,
  );
}

function parseJson(name: string, type: string | undefined, bytes: Buffer): unknown {
  if (type !== 'application/json')
    throw new InvalidResponseError(name, `expected JSON, received ${type || 'no type'}`);
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new InvalidResponseError(name, 'the answer is not valid JSON', cause);
  }
}

function problemCode(bytes: Buffer): string | undefined {
  try {
    return problemSchema.pick({ code: true }).parse(JSON.parse(bytes.toString())).code;
  } catch {
    return undefined;
  }
}
