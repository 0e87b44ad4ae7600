import { noneAccepted } from './fault-seen.ts';
import { acceptedShare, letThroughPerSecond, p99Ms, share } from './measures.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';
import { killAndStart } from './steps.ts';

export const databaseKilled: Scenario = {
  name: 'database-killed',
  title: 'The database is killed',
  breaks: 'SIGKILL to PostgreSQL. Without it no order can be stored, so none may be accepted.',
  heals: 'It is started again and recovers from its log; seconds later orders are accepted.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 12_000,
  durationMs: 26_000,
  needs: ['supervisor'],
  steps: killAndStart('postgres', 'PostgreSQL', 5000, 12_000),
  steadyState: healthy,
  faultSeen: [noneAccepted(1000)],
  expects: [
    {
      says: 'orders are refused with Retry-After, and do not fail',
      unit: 'share',
      measure: share(['refused'], 'during', 1000),
      atLeast: 0.95,
    },
    { says: 'they are refused at once (p99)', unit: 'ms', measure: p99Ms('during', 2000), atMost: 500 },
    {
      says: 'orders are accepted again',
      unit: 'share',
      measure: acceptedShare('after', 7000),
      atLeast: 0.98,
    },
    {
      says: 'queries tried on a database that is gone',
      unit: 'per second',
      measure: letThroughPerSecond('orders->postgres', 'during', 2000),
      atMost: 5,
      naive: { atLeast: 10 },
    },
  ],
  naive: {
    without: ['breaker'],
    says: 'Without a breaker every order is refused as well, but each first tries a database that has to recover.',
  },
};
