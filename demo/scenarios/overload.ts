import { acceptedShare, p99Ms } from './measures.ts';
import type { Scenario } from './scenario.ts';

/** Requests a second that orders can do while it is broken. */
const perSecond = 20;

export const overload: Scenario = {
  name: 'overload',
  title: 'Five times too much',
  breaks: `Orders can do ${perSecond} requests a second; 10 orders and 90 reads of recommendations come.`,
  heals: 'It can do more again.',
  load: { ordersPerSecond: 10, readsPerSecond: 90 },
  brokenFromMs: 5_000,
  brokenToMs: 17_000,
  durationMs: 24_000,
  steps: [
    {
      atMs: 5_000,
      says: `Orders can do ${perSecond} requests a second, 100 come`,
      act: (stage) => stage.fault('orders', 'capacity', 12_000, { perSecond }),
    },
  ],
  expects: [
    {
      says: 'orders get through: reads are shed first',
      unit: 'share',
      measure: acceptedShare('during', 4_000),
      atLeast: 0.9,
    },
    {
      says: 'admitted orders are still answered in time (p99)',
      unit: 'ms',
      measure: p99Ms('during', 4_000),
      atMost: 1_500,
    },
    {
      says: 'all is well when it is over',
      unit: 'share',
      measure: acceptedShare('after', 3_000),
      atLeast: 0.98,
    },
  ],
  naive: {
    without: ['shedding'],
    says: 'Without shedding everybody waits in one line, orders too, and hardly anybody is served in time.',
    expects: [
      { says: 'orders get through', unit: 'share', measure: acceptedShare('during', 4_000), atMost: 0.3 },
    ],
  },
};
