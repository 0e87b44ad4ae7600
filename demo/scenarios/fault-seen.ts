import { acceptedShare, confirmedShare, share } from './measures.ts';
import type { Expectation } from './scenario.ts';

/** What shows that a fault took place, with the protections and without. `skipMs`: until it is felt everywhere. */
type FaultSeen = (skipMs: number) => Expectation;

export const noLiveRecommendations: FaultSeen = (skipMs) => ({
  says: 'orders with live recommendations',
  unit: 'share',
  measure: share(['live'], 'during', skipMs),
  atMost: 0.1,
});

export const noneConfirmedAtOnce: FaultSeen = (skipMs) => ({
  says: 'orders confirmed at once',
  unit: 'share',
  measure: confirmedShare('during', skipMs),
  atMost: 0.1,
});

export const noneAccepted: FaultSeen = (skipMs) => ({
  says: 'orders accepted',
  unit: 'share',
  measure: acceptedShare('during', skipMs),
  atMost: 0.1,
});
