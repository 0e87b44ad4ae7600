/** The codes of rejections: nothing was sent, or its answer is no longer waited for. */
export type RejectionCode =
  | 'E_BREAKER_OPEN'
  | 'E_BULKHEAD_FULL'
  | 'E_RATE_LIMITED'
  | 'E_THROTTLED'
  | 'E_DEADLINE'
  | 'E_DISPOSED'
  | 'E_DISABLED';

/** Why a policy did not let a call through: the plain data of a `RejectedError`. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly policy: string;
  /** One sentence for people. */
  readonly detail: string;
  /** The limit that was hit, in the unit of `option`. */
  readonly limit: number;
  /** The option that sets the limit. */
  readonly option: string;
  readonly retryAfterMs: number | undefined;
}

/**
 * What an outcome says about the health of the dependency. `busy`: it asks to come back later. `caller`: the request
 * was wrong. `uncounted`: a failure worth a retry that speaks against nobody. `neutral`: nothing, as when a policy
 * rejected the call or the caller gave it too little time.
 */
export type Verdict = 'success' | 'failure' | 'busy' | 'caller' | 'uncounted' | 'neutral';

/**
 * How an attempt, and in the end the call, came out.
 *
 * Rejections and timeouts stay plain data until somebody has to throw them: an Error with its stack costs about twenty
 * times as much as the rejection itself, and most rejections end in a degraded answer.
 */
export type Outcome =
  | { readonly kind: 'success'; readonly value: unknown }
  | {
      readonly kind: 'failure';
      readonly error: unknown;
      readonly verdict: Exclude<Verdict, 'success'>;
    }
  | { readonly kind: 'timeout'; readonly code: 'E_ATTEMPT_TIMEOUT' | 'E_DEADLINE'; readonly limitMs: number }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'cancelled'; readonly reason: unknown };

export type OutcomeKind = Outcome['kind'];
export type NoSuccess = Exclude<Outcome, { kind: 'success' }>;
