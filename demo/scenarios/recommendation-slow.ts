import { noLiveRecommendations } from './fault-seen.ts';
import { p99Ms, secondsUntilClosed, secondsUntilOpen, share } from './measures.ts';
import { answersLiveAgain, noOrderFails, ordersAccepted, ordersLate } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

const edge = 'orders->recommendation';

export const recommendationSlow: Scenario = {
  name: 'recommendation-slow',
  title: 'Recommendation is slow',
  breaks: 'Every recommendation takes 1.5 s, far longer than an order can wait for it.',
  heals: 'It is fast again; the breaker notices by its probes.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 25_000,
  steps: [
    {
      atMs: 5000,
      says: 'Every recommendation takes 1.5 s',
      act: (stage) => stage.fault('recommendation', 'latency', 8000, { latencyMs: 1500 }),
    },
  ],
  steadyState: healthy,
  faultSeen: [noLiveRecommendations(1000)],
  expects: [
    noOrderFails,
    { ...ordersAccepted(0.99), naive: { atMost: 0.1 } },
    { ...ordersLate(0.02), naive: { atLeast: 0.5 } },
    {
      says: 'orders do not become slow with it (p99)',
      unit: 'ms',
      measure: p99Ms('during', 2000),
      atMost: 700,
      naive: { atLeast: 1400 },
    },
    {
      says: 'recommendations are degraded meanwhile',
      unit: 'share',
      measure: share(['cached', 'default'], 'during', 1000),
      atLeast: 0.9,
      naive: { atMost: 0.1 },
    },
    {
      says: 'the breaker opens on slowness alone',
      unit: 's',
      measure: secondsUntilOpen(edge),
      atMost: 4,
      naive: 'not seen',
    },
    {
      says: 'the breaker closes when it is fast again',
      unit: 's',
      measure: secondsUntilClosed(edge),
      atMost: 8,
      naive: 'not seen',
    },
    answersLiveAgain(8000),
  ],
  naive: {
    without: ['timeouts', 'deadline', 'breaker', 'bulkhead'],
    says: 'Without timeouts every order waits for its slowest dependency.',
  },
};
