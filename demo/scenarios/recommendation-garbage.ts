import { noLiveRecommendations } from './fault-seen.ts';
import { secondsUntilOpen, share } from './measures.ts';
import { answersLiveAgain, noOrderFails, ordersAccepted } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

export const recommendationGarbage: Scenario = {
  name: 'recommendation-garbage',
  title: 'Recommendation answers garbage',
  breaks: 'It answers 200, quickly, with bytes that are no JSON.',
  heals: 'Its answers are valid again. No garbage was kept in a cache.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 12_000,
  durationMs: 21_000,
  steps: [
    {
      atMs: 5000,
      says: 'Recommendation answers garbage with 200',
      act: (stage) => stage.fault('recommendation', 'garbage', 7000),
    },
  ],
  steadyState: healthy,
  faultSeen: [noLiveRecommendations(1000)],
  expects: [
    noOrderFails,
    { ...ordersAccepted(0.99), naive: { atMost: 0.2 } },
    {
      says: 'orders are confirmed with degraded recommendations',
      unit: 'share',
      measure: share(['cached', 'default'], 'during', 1000),
      atLeast: 0.9,
      naive: { atMost: 0.1 },
    },
    {
      says: 'the breaker counts garbage as a failure',
      unit: 's',
      measure: secondsUntilOpen('orders->recommendation'),
      atMost: 3,
    },
    answersLiveAgain(6000),
  ],
  naive: {
    without: ['fallback'],
    says: 'Without degraded answers an unreadable recommendation fails the order.',
  },
};
