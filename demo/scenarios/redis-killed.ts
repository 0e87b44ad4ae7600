import { noLiveRecommendations } from './fault-seen.ts';
import { downShare, p99Ms, share } from './measures.ts';
import { answersLiveAgain, noOrderFails, ordersAccepted } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy, redisIsUsed } from './steady-state.ts';

export const redisKilled: Scenario = {
  name: 'redis-killed',
  title: 'Redis is killed, then recommendation',
  breaks: 'The shared cache is killed; six seconds later so is the service whose answers it keeps.',
  heals: 'Both are started again.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 6000,
  brokenToMs: 18_000,
  durationMs: 30_000,
  needs: ['redis', 'supervisor'],
  steps: [
    { atMs: 6000, says: 'Redis is killed', act: (stage) => stage.kill('redis') },
    { atMs: 12_000, says: 'Recommendation is killed as well', act: (stage) => stage.kill('recommendation') },
    {
      atMs: 18_000,
      says: 'Both are started again',
      act: async (stage) => void (await Promise.all([stage.start('redis'), stage.start('recommendation')])),
    },
  ],
  steadyState: [...healthy, redisIsUsed],
  faultSeen: [
    { says: 'Redis is down', unit: 'share', measure: downShare('redis'), atLeast: 0.9 },
    noLiveRecommendations(7000),
  ],
  expects: [
    noOrderFails,
    ordersAccepted(0.99),
    { says: 'a cache that is gone costs no time (p99)', unit: 'ms', measure: p99Ms('during'), atMost: 500 },
    {
      says: 'the memory tier still has last good answers',
      unit: 'share',
      measure: share(['cached'], 'during', 7500),
      atLeast: 0.3,
      naive: { atMost: 0 },
    },
    answersLiveAgain(8000),
  ],
  naive: {
    without: ['cache'],
    says: 'Without the cache only the default answer is left.',
  },
};
