import type { ErrorVerdict } from '../pipeline/verdict.ts';
import { checkOptions, integer, longestTimerMs, type Rules } from '../primitives/options.ts';
import { parseRetryAfter } from './retry-after.ts';

/**
 * The verdict on an HTTP status: `busy` for 429, and for 503 that says when to come back; `failure` for 408, the other
 * 5xx and whatever is no answer to the request; `caller` for the other 4xx.
 */
export function httpVerdict(status: number, retryAfter?: string | null): ErrorVerdict {
  if (status === 429) return 'busy';
  if (status === 503 && parseRetryAfter(retryAfter) !== undefined) return 'busy';
  return status >= 400 && status < 500 && status !== 408 ? 'caller' : 'failure';
}

/** An HTTP answer that is no success. Read structurally by `dependency`, like every error that carries these fields. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  /** `E_HTTP_503` */
  readonly code: string;
  readonly status: number;
  readonly verdict: ErrorVerdict;
  /** What Retry-After said. */
  readonly retryAfterMs: number | undefined;
  /** The beginning of the answer's body, as text. */
  readonly body: string;

  constructor(status: number, details: { retryAfter?: string | null; body?: string; cause?: unknown } = {}) {
    const { retryAfter, body = '', cause } = details;
    super(`HTTP ${status}`, cause === undefined ? undefined : { cause });
    this.code = `E_HTTP_${status}`;
    this.status = status;
    this.verdict = httpVerdict(status, retryAfter);
    this.retryAfterMs = parseRetryAfter(retryAfter);
    this.body = body;
  }
}

/** The part of a fetch `Response` that is read. */
export interface HttpResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
}

export interface OkResponseOptions {
  /** Bytes of an error's body that are kept. @default 16384 */
  readonly maxBodyBytes?: number | undefined;
  /** How long an error's body is waited for. @default 100 */
  readonly bodyTimeoutMs?: number | undefined;
}

export const okResponseDefaults = { maxBodyBytes: 16_384, bodyTimeoutMs: 100 };

const okResponseRules: Rules = {
  maxBodyBytes: integer(0),
  bodyTimeoutMs: integer(0, longestTimerMs),
};

/**
 * Hands on a successful response of fetch, and throws an `HttpError` for any other. The body of the latter is read or
 * cancelled: a body that nobody reads keeps its socket.
 *
 * @throws {HttpError}
 * @example
 * call: async (id: string, { signal }) => (await okResponse(fetch(`https://offers.example/${id}`, { signal }))).json(),
 */
export async function okResponse<Response extends HttpResponse>(
  response: Response | PromiseLike<Response>,
  options: OkResponseOptions = {},
): Promise<Response> {
  checkOptions('okResponse', options, okResponseRules);
  const answered = await response;
  if (answered.ok) return answered;
  const { maxBodyBytes = okResponseDefaults.maxBodyBytes, bodyTimeoutMs = okResponseDefaults.bodyTimeoutMs } =
    options;
  const retryAfter = answered.headers.get('retry-after');
  const read = await beginningOf(answered.body, maxBodyBytes, bodyTimeoutMs);
  throw new HttpError(answered.status, { retryAfter, ...read });
}

async function beginningOf(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  timeoutMs: number,
): Promise<{ body: string; cause?: unknown }> {
  if (body === null || body.locked) return { body: '' };
  const reader = body.getReader();
  // A cancelled read ends, so what was read by then is kept.
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), timeoutMs);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    while (bytes < maxBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      bytes += value.byteLength;
    }
    return { body: textOf(chunks, maxBytes) };
  } catch (cause) {
    return { body: textOf(chunks, maxBytes), cause };
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

const textOf = (chunks: readonly Uint8Array[], maxBytes: number): string =>
  Buffer.concat(chunks).subarray(0, maxBytes).toString();
