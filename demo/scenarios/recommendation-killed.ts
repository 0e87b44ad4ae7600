import { noLiveRecommendations } from './fault-seen.ts';
import { p99Ms, secondsUntilClosed, secondsUntilOpen, share } from './measures.ts';
import { answersLiveAgain, noOrderFails, ordersAccepted } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';
import { killAndStart } from './steps.ts';

const edge = 'orders->recommendation';

export const recommendationKilled: Scenario = {
  name: 'recommendation-killed',
  title: 'Recommendation is killed',
  breaks: 'SIGKILL to a service that no order needs.',
  heals: 'It is started again; the breaker lets probes through, then more and more, and closes.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 27_000,
  needs: ['supervisor'],
  steps: killAndStart('recommendation', 'Recommendation', 5000, 13_000),
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
    { says: 'the breaker opens', unit: 's', measure: secondsUntilOpen(edge), atMost: 3 },
    { says: 'no order waits for it (p99)', unit: 'ms', measure: p99Ms('during', 2000), atMost: 500 },
    { says: 'the breaker closes after its return', unit: 's', measure: secondsUntilClosed(edge), atMost: 10 },
    answersLiveAgain(8000),
  ],
  naive: {
    without: ['fallback'],
    says: 'Without degraded answers its error becomes the error of every order.',
  },
};
