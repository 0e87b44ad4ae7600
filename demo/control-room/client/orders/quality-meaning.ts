import type { Quality } from '../../../load-generator/quality.ts';

/** What a reader has to know about each quality. */
export const qualityMeaning: Record<Quality, string> = {
  live: 'confirmed, fresh recommendations',
  cached: 'confirmed, recommendations from the cache',
  default: 'confirmed, default recommendations',
  disabled: 'confirmed, recommendations switched off',
  pending: 'accepted, stock is reserved later',
  rejected: 'answered: out of stock',
  late: 'answered, but later than a customer waits',
  refused: 'refused at once with Retry-After',
  failed: 'error or no answer in time',
};
