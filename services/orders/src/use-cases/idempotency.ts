import type { IdempotencyKey, KnownKey, PlacedOrder } from './order.ts';

/** The key was used before, for another request. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'E_IDEMPOTENCY_KEY_REUSED';
}

/** The first request with this key is still at work. */
export class RequestInFlightError extends Error {
  override readonly name = 'RequestInFlightError';
  readonly code = 'E_REQUEST_IN_FLIGHT';
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('the first request with this key is still at work');
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Answers a key that is known. Without a stored answer its first request is still at work or, once its lock is over,
 * has died: then the order itself tells what became of it.
 */
export function answerAgain(known: KnownKey, { fingerprint }: IdempotencyKey): PlacedOrder {
  const { order, answer, lockedForMs } = known;
  if (known.fingerprint !== fingerprint)
    throw new IdempotencyKeyReusedError('the key belongs to another request');
  if (answer) {
    const { state, recommendations } = answer;
    return { order: { ...order, reason: undefined, ...state }, recommendations, isReplay: true };
  }
  if (lockedForMs > 0) throw new RequestInFlightError(lockedForMs);
  return { order, recommendations: { source: 'default', items: [] }, isReplay: true };
}
