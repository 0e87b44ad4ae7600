import { noLiveRecommendations } from './fault-seen.ts';
import { p50Ms } from './measures.ts';
import { answersLiveAgain, noOrderFails, ordersAccepted } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthyWithReads } from './steady-state.ts';

export const bulkheadOff: Scenario = {
  name: 'bulkhead-off',
  title: 'One slow dependency, with and without its bulkhead',
  breaks:
    'Recommendation takes 1.4 s. Only the bulkhead is left: breaker, timeouts and shedding are off in both runs.',
  heals: 'It is fast again.',
  load: { ordersPerSecond: 15, readsPerSecond: 45 },
  without: ['breaker', 'timeouts', 'deadline', 'shedding'],
  brokenFromMs: 5000,
  brokenToMs: 15_000,
  durationMs: 22_000,
  steps: [
    {
      atMs: 5000,
      says: 'Every recommendation takes 1.4 s',
      act: (stage) => stage.fault('recommendation', 'latency', 10_000, { latencyMs: 1400 }),
    },
  ],
  steadyState: healthyWithReads,
  faultSeen: [noLiveRecommendations(3000)],
  expects: [
    {
      says: 'most orders are answered fast (p50)',
      unit: 'ms',
      measure: p50Ms('during', 3000),
      atMost: 700,
      naive: { atLeast: 1200 },
    },
    { ...noOrderFails, naive: { atLeast: 0.02 } },
    { ...ordersAccepted(0.5), naive: { atMost: 0.1 } },
    answersLiveAgain(3000),
  ],
  naive: {
    without: ['bulkhead'],
    says: 'Without its bulkhead calls to it take all the capacity of orders, and every order is slow.',
  },
};
