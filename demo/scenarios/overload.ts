import { acceptedShare, p99Ms, readsShare } from './measures.ts';
import type { Scenario } from './scenario.ts';
import { healthyWithReads } from './steady-state.ts';

/** Requests a second that orders can do while it is broken. */
const perSecond = 40;
const usual = { ordersPerSecond: 6, readsPerSecond: 20 };
const overloaded = { ...usual, readsPerSecond: 194 };

export const overload: Scenario = {
  name: 'overload',
  title: 'Overload: five times the capacity',
  breaks: `Orders can do ${perSecond} requests a second, and ${overloaded.readsPerSecond} reads of recommendations come on top of the orders.`,
  heals: 'The extra reads stop.',
  load: usual,
  brokenFromMs: 5000,
  brokenToMs: 17_000,
  durationMs: 25_000,
  steps: [
    {
      atMs: 5000,
      says: `Orders can do ${perSecond} requests a second, ${overloaded.ordersPerSecond + overloaded.readsPerSecond} come`,
      act: async (stage) => {
        await stage.fault('orders', 'capacity', 12_000, { perSecond });
        await stage.setRate(overloaded);
      },
    },
    { atMs: 17_000, says: 'The extra reads stop', act: (stage) => stage.setRate(usual) },
  ],
  steadyState: healthyWithReads,
  faultSeen: [
    {
      says: 'reads answered live',
      unit: 'share',
      measure: readsShare(['live'], 'during', 4000),
      atMost: 0.5,
    },
  ],
  expects: [
    {
      says: 'orders get through: reads are shed first',
      unit: 'share',
      measure: acceptedShare('during', 4000),
      atLeast: 0.75,
      naive: { atMost: 0.3 },
    },
    {
      says: 'admitted orders are answered in time (p99)',
      unit: 'ms',
      measure: p99Ms('during', 4000),
      atMost: 1000,
      naive: { atLeast: 2000 },
    },
    {
      says: 'orders are accepted again',
      unit: 'share',
      measure: acceptedShare('after', 3000),
      atLeast: 0.98,
    },
  ],
  naive: {
    without: ['shedding'],
    says: 'Without shedding orders wait in one queue with the reads, and few are answered in time.',
  },
};
