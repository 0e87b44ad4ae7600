import { noneConfirmedAtOnce } from './fault-seen.ts';
import { p99Ms, secondsUntilOpen, secondsUntilSettled, share } from './measures.ts';
import { noOrderFails, ordersAccepted, ordersConfirmedAgain, ordersLate } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

export const inventoryHangs: Scenario = {
  name: 'inventory-hangs',
  title: 'Inventory hangs',
  breaks: 'The process is stopped (SIGSTOP): it still accepts connections, and never answers.',
  heals: 'It is resumed; the outbox settles what was accepted meanwhile.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 30_000,
  needs: ['supervisor'],
  steps: [{ atMs: 5000, says: 'Inventory is stopped', act: (stage) => stage.stall('inventory', 8000) }],
  steadyState: healthy,
  faultSeen: [noneConfirmedAtOnce(2000)],
  expects: [
    { ...noOrderFails, naive: { atLeast: 0.03 } },
    { ...ordersAccepted(0.95), naive: { atMost: 0.2 } },
    { ...ordersLate(0.02), naive: { atLeast: 0.2 } },
    {
      says: 'orders are accepted as pending',
      unit: 'share',
      measure: share(['pending'], 'during', 2000),
      atLeast: 0.9,
      naive: { atMost: 0.2 },
    },
    {
      says: 'the breaker opens',
      unit: 's',
      measure: secondsUntilOpen('orders->inventory'),
      atMost: 4,
      naive: 'not seen',
    },
    {
      says: 'no order waits longer than the deadline (p99)',
      unit: 'ms',
      measure: p99Ms('during', 2000),
      atMost: 1200,
      naive: { atLeast: 1500 },
    },
    {
      says: 'every pending order is settled after its return',
      unit: 's',
      measure: secondsUntilSettled,
      atMost: 15,
    },
    ordersConfirmedAgain(8000),
  ],
  naive: {
    without: ['timeouts', 'deadline', 'breaker', 'bulkhead'],
    says: 'Without timeouts and breaker every order waits until its customer gives up.',
  },
};
