import { noneConfirmedAtOnce } from './fault-seen.ts';
import { attemptsPerCall, secondsUntilSettled } from './measures.ts';
import { noOrderFails, ordersAccepted, ordersConfirmedAgain } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

const edge = 'orders->inventory';

export const retryStorm: Scenario = {
  name: 'retry-storm',
  title: 'A retry storm',
  breaks:
    'Inventory answers 500 to everything. The breaker is off in both runs: only the budget limits the retries.',
  heals: 'It answers again; what was accepted is settled.',
  load: { ordersPerSecond: 15 },
  without: ['breaker'],
  brokenFromMs: 5000,
  brokenToMs: 15_000,
  durationMs: 26_000,
  steps: [
    { atMs: 5000, says: 'Inventory answers 500', act: (stage) => stage.fault('inventory', 'error', 10_000) },
  ],
  steadyState: healthy,
  faultSeen: [noneConfirmedAtOnce(1000)],
  expects: [
    {
      says: 'attempts per call',
      unit: 'times',
      measure: attemptsPerCall(edge),
      atMost: 1.25,
      naive: { atLeast: 1.7 },
    },
    noOrderFails,
    ordersAccepted(0.95),
    { says: 'every pending order is settled', unit: 's', measure: secondsUntilSettled, atMost: 11 },
    ordersConfirmedAgain(3000),
  ],
  naive: {
    without: ['retry-budget'],
    says: 'Without a budget every failure is retried: twice the load for a service that is already down.',
  },
};
