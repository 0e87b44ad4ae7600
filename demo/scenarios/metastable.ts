import { confirmedAgainstBefore, confirmedPerOrder, confirmedShare } from './measures.ts';
import { noOrderFails, ordersAccepted } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

/** Two calls to inventory per order: 20 orders a second are 80 % of this. */
const perSecond = 50;
const ordersPerSecond = 20;
const fault = 'capacity' as const;

export const metastable: Scenario = {
  name: 'metastable',
  title: 'Metastable failure',
  breaks: 'At 80 % load inventory loses 80 % of its capacity for 10 s, then has all of it again.',
  heals:
    'With a budget for retries and shedding by itself, within seconds. Without, not at all: its own retries keep it down.',
  load: { ordersPerSecond },
  brokenFromMs: 8000,
  brokenToMs: 18_000,
  durationMs: 38_000,
  steps: [
    {
      atMs: 1000,
      says: `Inventory can do ${perSecond} requests a second and gets ${2 * ordersPerSecond}`,
      act: (stage) => stage.fault('inventory', fault, 90_000, { perSecond }),
    },
    {
      atMs: 8000,
      says: `Inventory can do ${perSecond / 5} requests a second`,
      act: (stage) => stage.fault('inventory', fault, 90_000, { perSecond: perSecond / 5 }),
    },
    {
      atMs: 18_000,
      says: `Inventory can do ${perSecond} again: the trigger is gone`,
      act: (stage) => stage.fault('inventory', fault, 90_000, { perSecond }),
    },
  ],
  steadyState: healthy,
  faultSeen: [
    { says: 'orders confirmed at once', unit: 'share', measure: confirmedShare('during', 2000), atMost: 0.5 },
  ],
  expects: [
    noOrderFails,
    ordersAccepted(0.95),
    {
      says: 'orders confirmed per order placed, 10 s later',
      unit: 'share',
      measure: confirmedPerOrder('after', 10_000),
      atLeast: 0.95,
      naive: { atMost: 0.5 },
    },
    {
      says: 'orders confirmed at once, against before',
      unit: 'share',
      measure: confirmedAgainstBefore('after', 10_000),
      atLeast: 0.8,
      naive: { atMost: 0.3 },
    },
  ],
  naive: {
    without: ['retry-budget', 'breaker', 'shedding', 'bulkhead', 'deadline'],
    says: 'Without them work for callers that gave up keeps the service down for good.',
  },
};
