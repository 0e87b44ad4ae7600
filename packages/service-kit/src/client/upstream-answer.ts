import type { Clock } from '@ballast/resilience/primitives';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { problemSchema } from '../problem/problem.ts';
import { decodeContent } from './content-coding.ts';
import { isJson, isProblem, type MediaType, mediaTypeOf } from './media-type.ts';
import { InvalidResponseError, UpstreamError } from './upstream-errors.ts';

/** What is expected of an answer. */
export interface Expectation<S extends z.ZodType> {
  /** The dependency's name, as in errors. */
  readonly name: string;
  readonly schema: S;
  /** Tells how long it is until a date in `Retry-After`. */
  readonly clock: Clock;
  /** Of the content, once its coding is undone. */
  readonly maxBodyBytes: number;
}

type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>;

/** What a dependency answered, as its schema says it must be. */
export function readAnswer<S extends z.ZodType>(
  expectation: Expectation<S>,
  response: Head,
  bytes: Buffer,
): z.output<S> {
  const { name, schema } = expectation;
  if (response.statusCode < 200 || response.statusCode >= 300)
    throw errorAnswer(expectation, response, bytes);
  const content = contentOf(expectation, response, bytes);
  const parsed = schema.safeParse(content.length === 0 ? undefined : parseJson(name, response, content));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidResponseError(
    name,
    `the answer is not as described: ${issue?.path.join('.')} ${issue?.message}`,
  );
}

function errorAnswer(expectation: Expectation<z.ZodType>, response: Head, bytes: Buffer): UpstreamError {
  const { name, clock } = expectation;
  const { statusCode: status, headers } = response;
  const header = headers['retry-after'];
  return new UpstreamError(name, {
    status,
    reason: problemCode(expectation, response, bytes) ?? `http-${status}`,
    retryAfter: Array.isArray(header) ? header[0] : header,
    nowMs: clock.now(),
  });
}

function contentOf({ name, maxBodyBytes }: Expectation<z.ZodType>, { headers }: Head, bytes: Buffer): Buffer {
  try {
    return decodeContent(bytes, headers['content-encoding'], maxBodyBytes);
  } catch (cause) {
    throw new InvalidResponseError(name, `the answer can not be decoded: ${(cause as Error).message}`, cause);
  }
}

function parseJson(name: string, { headers }: Head, content: Buffer): unknown {
  const header = headers['content-type'];
  // Without a header the recipient may look for itself (RFC 9110, 8.3), and the schema looks closely.
  const type = mediaTypeOf(header ?? 'application/json');
  if (type === undefined || !isJson(type))
    throw new InvalidResponseError(name, `expected JSON, received ${header || 'no type'}`);
  try {
    return JSON.parse(textOf(content, type));
  } catch (cause) {
    throw new InvalidResponseError(name, 'the answer is not valid JSON', cause);
  }
}

/** Without its byte order mark, which is allowed to be ignored (RFC 8259, 8.1). Throws for bytes that are no text. */
const textOf = (content: Buffer, { charset }: MediaType): string =>
  new TextDecoder(charset, { fatal: true }).decode(content);

function problemCode(expectation: Expectation<z.ZodType>, response: Head, bytes: Buffer): string | undefined {
  const type = mediaTypeOf(response.headers['content-type'] ?? '');
  if (type === undefined || !isProblem(type)) return undefined;
  try {
    const text = textOf(contentOf(expectation, response, bytes), type);
    return problemSchema.pick({ code: true }).parse(JSON.parse(text)).code;
  } catch {
    return undefined;
  }
}
