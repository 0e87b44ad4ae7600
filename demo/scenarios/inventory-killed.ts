import { noneConfirmedAtOnce } from './fault-seen.ts';
import { attemptsPerCall, p99Ms, secondsUntilSettled, share } from './measures.ts';
import { noOrderFails, ordersAccepted, ordersConfirmedAgain } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';
import { killAndStart } from './steps.ts';

const edge = 'orders->inventory';

export const inventoryKilled: Scenario = {
  name: 'inventory-killed',
  title: 'Inventory is killed',
  breaks: 'SIGKILL to the service every order needs. Stock may not be guessed.',
  heals: 'It is started again; the outbox settles what was accepted meanwhile, by itself.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 34_000,
  needs: ['supervisor'],
  steps: killAndStart('inventory', 'Inventory', 5000, 13_000),
  steadyState: healthy,
  faultSeen: [noneConfirmedAtOnce(1000)],
  expects: [
    noOrderFails,
    ordersAccepted(0.95),
    {
      says: 'orders are accepted as pending',
      unit: 'share',
      measure: share(['pending'], 'during', 1000),
      atLeast: 0.9,
    },
    { says: 'no order waits for it (p99)', unit: 'ms', measure: p99Ms('during', 2000), atMost: 700 },
    {
      says: 'attempts per call while it is gone',
      unit: 'times',
      measure: attemptsPerCall(edge),
      atMost: 1.1,
      naive: { atLeast: 1.7 },
    },
    {
      says: 'every pending order is settled after its return',
      unit: 's',
      measure: secondsUntilSettled,
      atMost: 15,
    },
    ordersConfirmedAgain(10_000),
  ],
  naive: {
    without: ['breaker', 'retry-budget'],
    says: 'Without breaker and budget every order calls a service twice that is down.',
  },
};
