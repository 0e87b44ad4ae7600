import { acceptedShare, p99Ms, secondsUntilClosed, secondsUntilOpen, share } from './measures.ts';
import type { Scenario } from './scenario.ts';

const edge = 'orders->recommendation';

/** The optional dependency dies: nobody who wants to buy something may notice more than an older suggestion. */
export const recommendationKilled: Scenario = {
  name: 'recommendation-killed',
  title: 'Recommendation is killed',
  breaks: 'SIGKILL to recommendation while 20 orders a second come in.',
  heals: 'It is started again; the breaker lets probes through, then more and more, and closes.',
  load: { ordersPerSecond: 20 },
  brokenFromMs: 5_000,
  brokenToMs: 13_000,
  durationMs: 24_000,
  steps: [
    { atMs: 5_000, says: 'Recommendation is killed', act: (stage) => stage.kill('recommendation') },
    { atMs: 13_000, says: 'Recommendation is started again', act: (stage) => stage.start('recommendation') },
  ],
  expects: [
    {
      says: 'no order is lost while it is gone',
      unit: 'share',
      measure: acceptedShare('during'),
      atLeast: 1,
    },
    {
      says: 'orders are confirmed with second-best recommendations',
      unit: 'share',
      measure: share(['cached', 'default'], 'during', 1_000),
      atLeast: 0.95,
    },
    { says: 'the breaker opens', unit: 's', measure: secondsUntilOpen(edge), atMost: 3 },
    { says: 'nobody waits for the dead', unit: 'ms', measure: p99Ms('during', 2_000), atMost: 250 },
    { says: 'the breaker closes after its return', unit: 's', measure: secondsUntilClosed(edge), atMost: 9 },
  ],
  naive: {
    without: ['fallback', 'breaker'],
    says: 'The error of an optional service becomes the error of the order.',
    expects: [
      { says: 'orders fail with it', unit: 'share', measure: acceptedShare('during', 1_000), atMost: 0.2 },
    ],
  },
};
