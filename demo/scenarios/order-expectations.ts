import { acceptedShare, failedShare } from './measures.ts';
import type { Expectation } from './scenario.ts';

/** What nearly every scenario promises, whatever it breaks. */
export const noOrderFails: Expectation = {
  says: 'orders that fail',
  unit: 'share',
  measure: failedShare,
  atMost: 0,
};

/** While it is broken; a share, 0..1. */
export const ordersAccepted = (atLeast: number): Expectation => ({
  says: 'orders accepted',
  unit: 'share',
  measure: acceptedShare('during'),
  atLeast,
});
