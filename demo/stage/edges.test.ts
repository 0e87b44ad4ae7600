import { expect, test } from 'vitest';
import { topologyAt } from '../topology.ts';
import { edgePictures, policyReports } from './edges.ts';
import type { DependencyReport, ResilienceReport } from './reports.ts';
import type { ServiceReports, SystemView } from './system-view.ts';
import { stubView } from './testing.ts';

const topology = topologyAt();

const dependency = (total: number, live: number, breaker = {}): DependencyReport => ({
  name: 'recommendation',
  calls: { live, total },
  latencyMs: { p50: 3, p99: null, count: 9 },
  policies: {
    breaker: { state: 'closed', enabled: true, ...breaker },
    bulkhead: { inFlight: 1, queued: 0, limit: 32 },
  },
});

const report = (...dependencies: DependencyReport[]): ResilienceReport => ({
  service: 'orders',
  dependencies,
});

const viewOf = (reports: ServiceReports | null): SystemView =>
  stubView({ service: (name) => (name === 'orders' ? reports : null) });

const edge = (view: SystemView, id = 'orders->recommendation') =>
  edgePictures(topology, view).find((candidate) => candidate.id === id);

const reports = (now: DependencyReport, before?: DependencyReport): ServiceReports => ({
  at: 3000,
  report: report(now),
  previous: before ? { at: 1000, report: report(before) } : null,
});

test('every edge of the topology is there before anything has reported, with null for every number', () => {
  const pictures = edgePictures(topology, viewOf(null));
  expect(pictures.map(({ id }) => id)).toEqual(topology.edges.map(({ from, to }) => `${from}->${to}`));
  for (const { id, from, to, required, ...numbers } of pictures)
    expect(
      Object.values(numbers).every((value) => value === null),
      id,
    ).toBe(true);
});

test('a rate is the difference of two reports over the time between them', () => {
  expect(edge(viewOf(reports(dependency(140, 110), dependency(100, 90))))).toMatchObject({
    callsPerSecond: 20,
    degradedShare: 0.5,
    p50Ms: 3,
    p99Ms: null,
    bulkhead: { inFlight: 1 },
  });
});

test.each([
  ['the first report', reports(dependency(140, 110))],
  ['a report of a service that was restarted', reports(dependency(5, 5), dependency(100, 90))],
])('%s gives no rate', (_name, seen) => {
  expect(edge(viewOf(seen))).toMatchObject({ callsPerSecond: null, degradedShare: null, breaker: 'closed' });
});

test('a breaker that is switched off is shown as off, whatever its state', () => {
  expect(edge(viewOf(reports(dependency(1, 1, { state: 'open', enabled: false }))))?.breaker).toBe('off');
});

test('the way to Redis shows the worst breaker of the caches that use it', () => {
  const redis = (read: string) => ({
    status: 'ready',
    breakers: { read, write: 'closed' },
    inFlight: 2,
    maxConcurrent: 16,
  });
  const cache = [
    { name: 'a', redis: redis('closed') },
    { name: 'b', redis: redis('open') },
  ];
  const view = viewOf({ at: 1, report: { ...report(), cache }, previous: null });
  expect(edge(view, 'orders->redis')).toMatchObject({
    breaker: 'open',
    bulkhead: { inFlight: 4, limit: 32 },
  });
});

test('a report is passed on for the table of policies as it came', () => {
  const reported = dependency(1, 1);
  expect(policyReports(viewOf(reports(reported)))).toEqual([
    { service: 'orders', dependency: 'recommendation', snapshot: reported },
  ]);
});

test('without calls the quantiles are null, not zero', () => {
  const idle = { ...dependency(1, 1), latencyMs: { p50: 0, p99: 0, count: 0 } };
  expect(edge(viewOf(reports(idle)))).toMatchObject({ p50Ms: null, p99Ms: null });
});
