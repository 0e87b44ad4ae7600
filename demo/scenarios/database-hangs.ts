import { noneAccepted } from './fault-seen.ts';
import { acceptedShare, p50Ms, p99Ms, share } from './measures.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './steady-state.ts';

export const databaseHangs: Scenario = {
  name: 'database-hangs',
  title: 'The database hangs',
  breaks: 'PostgreSQL is stopped (SIGSTOP): connections stay open, no query returns.',
  heals: 'It is resumed.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 13_000,
  durationMs: 26_000,
  needs: ['supervisor'],
  steps: [{ atMs: 5000, says: 'PostgreSQL is stopped', act: (stage) => stage.stall('postgres', 8000) }],
  steadyState: healthy,
  faultSeen: [noneAccepted(3000)],
  expects: [
    {
      says: 'most orders are refused at once (p50)',
      unit: 'ms',
      measure: p50Ms('during', 3000),
      atMost: 300,
      naive: { atLeast: 900 },
    },
    { says: 'they are refused early (p99)', unit: 'ms', measure: p99Ms('during', 4000), atMost: 1800 },
    {
      says: 'orders are refused with Retry-After',
      unit: 'share',
      measure: share(['refused'], 'during', 3000),
      atLeast: 0.8,
    },
    {
      says: 'orders are accepted again',
      unit: 'share',
      measure: acceptedShare('after', 7000),
      atLeast: 0.98,
    },
  ],
  naive: {
    without: ['breaker'],
    says: 'Without a breaker every order waits for the timeout of a query, and is refused after a second.',
  },
};
