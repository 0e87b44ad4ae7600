import { acceptedShare, p99Ms, share } from './measures.ts';
import type { Scenario } from './scenario.ts';

export const databaseKilled: Scenario = {
  name: 'database-killed',
  title: 'The database is killed',
  breaks: 'SIGKILL to PostgreSQL. Without it an order cannot be promised, so it must not be.',
  heals: 'It is started again and recovers from its log; seconds later orders are accepted.',
  load: { ordersPerSecond: 10 },
  brokenFromMs: 5000,
  brokenToMs: 12_000,
  durationMs: 26_000,
  needs: ['supervisor'],
  steps: [
    { atMs: 5000, says: 'PostgreSQL is killed', act: (stage) => stage.kill('postgres') },
    {
      atMs: 12_000,
      says: 'PostgreSQL is started again',
      act: (stage) => stage.start('postgres'),
      isReturn: true,
    },
  ],
  expects: [
    {
      says: 'orders are refused with Retry-After, none fails unclearly',
      unit: 'share',
      measure: share(['refused'], 'during', 1000),
      atLeast: 0.95,
    },
    { says: 'the refusal comes at once (p99)', unit: 'ms', measure: p99Ms('during', 2000), atMost: 500 },
    {
      says: 'orders are accepted again',
      unit: 'share',
      measure: acceptedShare('after', 7000),
      atLeast: 0.98,
    },
  ],
};
