import { noLiveRecommendations } from './fault-seen.ts';
import { mostInFlight, p99Ms, secondsUntilClosed, secondsUntilOpen } from './measures.ts';
import { answersLiveAgain, noOrderFails, ordersAccepted, ordersLate } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

const edge = 'orders->recommendation';

export const thunderingHerd: Scenario = {
  name: 'thundering-herd',
  title: 'Thundering herd on recovery',
  breaks: 'Recommendation holds every request for 8 s, then answers all of them at once.',
  heals: 'A few probes succeed; the other calls return in steps.',
  load: { ordersPerSecond: 20 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 25_000,
  steps: [
    {
      atMs: 5000,
      says: 'Recommendation holds every request',
      act: (stage) => stage.fault('recommendation', 'hang', 8000),
    },
  ],
  steadyState: healthy,
  faultSeen: [noLiveRecommendations(2000)],
  expects: [
    {
      says: 'calls in flight when it answers again',
      unit: 'count',
      measure: mostInFlight(edge),
      atMost: 10,
      naive: { atLeast: 25 },
    },
    { ...noOrderFails, naive: { atLeast: 0.03 } },
    { ...ordersAccepted(0.99), naive: { atMost: 0.3 } },
    { ...ordersLate(0.02), naive: { atLeast: 0.2 } },
    {
      says: 'no order waits for it (p99)',
      unit: 'ms',
      measure: p99Ms('during', 2000),
      atMost: 700,
      naive: { atLeast: 1500 },
    },
    { says: 'the breaker opens', unit: 's', measure: secondsUntilOpen(edge), atMost: 4, naive: 'not seen' },
    {
      says: 'the breaker closes after it answers again',
      unit: 's',
      measure: secondsUntilClosed(edge),
      atMost: 8,
      naive: 'not seen',
    },
    answersLiveAgain(8000),
  ],
  naive: {
    without: ['breaker', 'bulkhead', 'timeouts', 'deadline'],
    says: 'Without breaker and bulkhead all waiting calls hit it at once.',
  },
};
