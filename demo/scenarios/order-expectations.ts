import { acceptedShare, confirmedShare, failedShare, share } from './measures.ts';
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

/** While it is broken; a share, 0..1. An order that is refused or fails is not late. */
export const ordersLate = (atMost: number): Expectation => ({
  says: 'orders answered too late',
  unit: 'share',
  measure: share(['late'], 'during', 2000),
  atMost,
});

/** From some time after the fault, with the protections and without: what does not come back has not healed. */
export const ordersConfirmedAgain = (skipMs: number): Expectation => ({
  says: 'orders are confirmed again',
  unit: 'share',
  measure: confirmedShare('after', skipMs),
  atLeast: 0.95,
});

/** The same where recommendation was broken. */
export const answersLiveAgain = (skipMs: number): Expectation => ({
  says: 'answers are live again',
  unit: 'share',
  measure: share(['live'], 'after', skipMs),
  atLeast: 0.9,
});
