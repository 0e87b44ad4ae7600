import type { KnownKey, Order, OrderRequest, PlacedOrder } from './order.ts';
import { isSamePieces } from './pieces.ts';

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
 * Answers a key that is known with its order as it stands. An order goes from pending to one of its ends, once, so a
 * replay never goes back behind an answer before it. While its first request is at work on a pending order, that one
 * gives the answer; if its lock is over, it has died.
 *
 * @throws {IdempotencyKeyReusedError | RequestInFlightError}
 */
export function answerAgain(known: KnownKey, request: OrderRequest): PlacedOrder {
  const { order, answer, lockedForMs } = known;
  if (!isPlacedBy(order, request)) throw new IdempotencyKeyReusedError('the key belongs to another request');
  if (!answer && order.status === 'pending' && lockedForMs > 0) throw new RequestInFlightError(lockedForMs);
  const recommendations = answer?.recommendations ?? { source: 'default', items: [] };
  return { order, recommendations, isReplay: true };
}

function isPlacedBy({ customerId, items }: Order, request: OrderRequest): boolean {
  return customerId === request.customerId && isSamePieces(items, request.items);
}
