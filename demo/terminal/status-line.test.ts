import { stripVTControlCharacters } from 'node:util';
import type { ProcessStatus } from '@ballast/supervisor';
import { expect, test } from 'vitest';
import { qualityCounts } from '../load-generator/quality.ts';
import type { LoadStats } from '../load-generator/stats.ts';
import type { SupervisedName } from '../topology.ts';
import { type Moment, statusLine } from './status-line.ts';

const at = new Date('2026-01-01T12:00:00');
const outcomes = qualityCounts();
const quiet = { offered: 0, outcomes, latencyMs: null };
const load: LoadStats = {
  at: at.getTime(),
  rate: { ordersPerSecond: 20, readsPerSecond: 0 },
  orders: {
    offered: 21,
    outcomes: qualityCounts({ live: 15, cached: 5, late: 2, failed: 1 }),
    latencyMs: { p50: 4, p99: 17.6, max: 20 },
  },
  reads: quiet,
  statuses: {},
  resends: 0,
  degradedShare: 0.25,
  inFlight: 0,
  notSent: 0,
  lagMs: 0,
  pending: { open: 3, oldestMs: 0, confirmed: 0, rejected: 0, missing: 0 },
  totals: { offered: 21, outcomes, resends: 0 },
};
const breaker = (name: string, state: string) => ({ name, policies: { breaker: { state } } });
const resilience = { dependencies: [breaker('inventory', 'open'), breaker('recommendation', 'closed')] };

const line = (moment: Partial<Moment>): string =>
  stripVTControlCharacters(statusLine({ at, load, resilience, statuses: [], ...moment })).replace(/ +/g, ' ');

test('a second fits into one line', () => {
  expect(line({})).toBe(
    '12:00:00 21 orders/s p99 18 ms degraded 25 % 3 pending 2 late 1 not served | inventory open',
  );
});

test('breakers in order share one word', () => {
  expect(line({ resilience: { dependencies: [breaker('inventory', 'closed')] } })).toMatch(
    /\| breakers closed$/,
  );
});

test('what is down tells when it is back', () => {
  const down: ProcessStatus<SupervisedName> = {
    name: 'orders',
    restarts: 0,
    state: 'down',
    sinceMs: at.getTime(),
    reason: 'ended by SIGKILL',
    restartAtMs: at.getTime() + 14_200,
  };
  expect(line({ statuses: [down] })).toContain('orders down, back in 15 s');
});

test('a number that is missing is called missing', () => {
  expect(line({ load: undefined })).toContain('no numbers');
  expect(line({ resilience: undefined })).toContain('breakers unknown');
  expect(line({ load: { ...load, orders: quiet, degradedShare: null } })).toContain('p99 - degraded -');
});
