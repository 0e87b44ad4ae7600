import { acceptedShare, p99Ms } from './measures.ts';
import type { Scenario } from './scenario.ts';

/** Requests a second that orders can do while it is broken. */
const perSecond = 40;
const calm = { ordersPerSecond: 6, readsPerSecond: 20 };
const crowd = { ...calm, readsPerSecond: 194 };

export const overload: Scenario = {
  name: 'overload',
  title: 'Five times too much',
  breaks: `Orders can do ${perSecond} requests a second, and ${crowd.readsPerSecond} reads of recommendations come on top of the orders.`,
  heals: 'The crowd leaves.',
  load: calm,
  brokenFromMs: 5000,
  brokenToMs: 17_000,
  durationMs: 25_000,
  steps: [
    {
      atMs: 5000,
      says: `Orders can do ${perSecond} requests a second, ${crowd.ordersPerSecond + crowd.readsPerSecond} come`,
      act: async (stage) => {
        await stage.fault('orders', 'capacity', 12_000, { perSecond });
        await stage.setRate(crowd);
      },
    },
    { atMs: 17_000, says: 'The crowd leaves', act: (stage) => stage.setRate(calm) },
  ],
  expects: [
    {
      says: 'orders get through: reads are shed first',
      unit: 'share',
      measure: acceptedShare('during', 4000),
      atLeast: 0.75,
    },
    {
      says: 'admitted orders are answered in time (p99)',
      unit: 'ms',
      measure: p99Ms('during', 4000),
      atMost: 1000,
    },
    {
      says: 'all is well when it is over',
      unit: 'share',
      measure: acceptedShare('after', 3000),
      atLeast: 0.98,
    },
  ],
  naive: {
    without: ['shedding'],
    says: 'Without shedding everybody waits in one line, orders too, and hardly anybody is served in time.',
    expects: [
      { says: 'orders get through', unit: 'share', measure: acceptedShare('during', 4000), atMost: 0.3 },
    ],
  },
};
