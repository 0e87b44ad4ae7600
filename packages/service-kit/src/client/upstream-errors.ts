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
  /** False for an answer that says the request is wrong: nothing is broken, and trying again won't help. */
  readonly isFailure: boolean;

  constructor(dependency: string, details: UpstreamErrorDetails) {
    super(`${dependency}: ${details.status ?? 'no answer'} (${details.reason})`, { cause: details.cause });
    this.dependency = dependency;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
    this.isFailure = isFailureStatus(details.status);
  }
}

export interface UpstreamErrorDetails {
  readonly status?: number;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

// 408 and 429 are the dependency's state, not a verdict on the request.
function isFailureStatus(status: number | undefined): boolean {
  return status === undefined || status < 400 || status >= 500 || status === 408 || status === 429;
}

/** A dependency answered something that is not what its contract says: never cached, never shown. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
  readonly code = 'E_INVALID_RESPONSE';
  readonly dependency: string;
  readonly isFailure = true;

  constructor(dependency: string, detail: string, cause?: unknown) {
    super(`${dependency}: ${detail}`, { cause });
    this.dependency = dependency;
  }
}
