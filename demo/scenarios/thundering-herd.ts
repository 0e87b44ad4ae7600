import { mostInFlight, p99Ms, secondsUntilClosed, secondsUntilOpen } from './measures.ts';
import { noOrderFails, ordersAccepted } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';

const edge = 'orders->recommendation';

export const thunderingHerd: Scenario = {
  name: 'thundering-herd',
  title: 'The herd on recovery',
  breaks: 'Recommendation holds every request back for 8 s, then wakes with all of them at the door.',
  heals: 'A few probes find it awake; the rest returns in steps.',
  load: { ordersPerSecond: 20 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 22_000,
  steps: [
    {
      atMs: 5000,
      says: 'Recommendation holds every request',
      act: (stage) => stage.fault('recommendation', 'hang', 8000),
    },
  ],
  expects: [
    { says: 'calls at the door when it wakes', unit: 'calls', measure: mostInFlight(edge), atMost: 10 },
    noOrderFails,
    ordersAccepted(0.99),
    { says: 'nobody waits for it (p99)', unit: 'ms', measure: p99Ms('during', 2000), atMost: 700 },
    { says: 'the breaker opens', unit: 's', measure: secondsUntilOpen(edge), atMost: 4 },
    { says: 'the breaker closes after it wakes', unit: 's', measure: secondsUntilClosed(edge), atMost: 8 },
  ],
  naive: {
    without: ['breaker', 'bulkhead', 'timeouts', 'deadline'],
    says: 'Without breaker and bulkhead everybody who waited storms in at once.',
    expects: [
      {
        says: 'calls at the door when it wakes',
        unit: 'calls',
        measure: mostInFlight(edge),
        atLeast: 25,
      },
    ],
  },
};
