import { type ErrorVerdict, httpVerdict, parseRetryAfter } from '@ballast/resilience';

/** A dependency answered with an error, or not at all. Read structurally by @ballast/resilience. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code = 'E_UPSTREAM';
  readonly dependency: string;
  /** The answer's status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** `code` of the answer's problem+json (e.g. `insufficient-stock`), or of the network error (e.g. `ECONNREFUSED`). */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  /** What the answer says about the dependency: `httpVerdict` of its status, `failure` without an answer. */
  readonly verdict: ErrorVerdict;

  constructor(dependency: string, details: UpstreamErrorDetails) {
    super(`${dependency}: ${details.status ?? 'no answer'} (${details.reason})`, { cause: details.cause });
    this.dependency = dependency;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterMs = parseRetryAfter(details.retryAfter, details.nowMs);
    this.verdict = details.status === undefined ? 'failure' : httpVerdict(details.status, details.retryAfter);
  }
}

export interface UpstreamErrorDetails {
  readonly status?: number;
  readonly reason: string;
  /** The answer's Retry-After header. */
  readonly retryAfter?: string | undefined;
  /** The time it was read, for a header that is a date. @default Date.now() */
  readonly nowMs?: number;
  readonly cause?: unknown;
}

/** A dependency answered something that is not what its contract says: never cached, never shown. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
  readonly code = 'E_INVALID_RESPONSE';
  readonly dependency: string;
  readonly verdict = 'failure';

  constructor(dependency: string, detail: string, cause?: unknown) {
    super(`${dependency}: ${detail}`, { cause });
    this.dependency = dependency;
  }
}
