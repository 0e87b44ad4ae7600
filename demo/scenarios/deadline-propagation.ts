import { noneConfirmedAtOnce } from './fault-seen.ts';
import { callsPerSecond, p99Ms } from './measures.ts';
import { noOrderFails, ordersAccepted, ordersConfirmedAgain, ordersLate } from './order-expectations.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

const work = 'inventory->postgres';

export const deadlinePropagation: Scenario = {
  name: 'deadline-propagation',
  title: 'Work after the deadline',
  breaks: 'Requests reach inventory 900 ms late: the callers have given up. The breaker is off in both runs.',
  heals: 'Requests arrive in time again.',
  load: { ordersPerSecond: 10 },
  without: ['breaker'],
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 25_000,
  steps: [
    {
      atMs: 5000,
      says: 'Requests reach inventory 900 ms late',
      act: (stage) => stage.fault('inventory', 'latency', 8000, { latencyMs: 900 }),
    },
  ],
  steadyState: healthy,
  faultSeen: [noneConfirmedAtOnce(2000)],
  expects: [
    {
      says: 'queries inventory makes for callers that gave up',
      unit: 'per second',
      measure: callsPerSecond(work, 'during', 2000),
      atMost: 4,
      naive: { atLeast: 8 },
    },
    noOrderFails,
    { ...ordersAccepted(0.95), naive: { atMost: 0.2 } },
    { ...ordersLate(0.02), naive: { atLeast: 0.5 } },
    {
      says: 'every order is answered within its deadline (p99)',
      unit: 'ms',
      measure: p99Ms('during', 2000),
      atMost: 1200,
      naive: { atLeast: 1700 },
    },
    ordersConfirmedAgain(4000),
  ],
  naive: {
    without: ['deadline', 'timeouts'],
    says: 'Without deadlines the work is done too late, and every order waits for it.',
  },
};
