import { isServiceName, serviceNames, type Topology, type TopologyEdge } from '../topology.ts';
import type { EdgePicture, PolicyReport } from './picture.ts';
import type { DependencyReport, ResilienceReport } from './reports.ts';
import type { ServiceReports, SystemView } from './system-view.ts';

/** Every edge of the topology with what is known about it; a number that was not reported is null. */
export function edgePictures(topology: Topology, view: SystemView): EdgePicture[] {
  return topology.edges.map((edge) => ({ ...blank(edge), ...known(edge, view) }));
}

function blank({ from, to, required }: TopologyEdge): EdgePicture {
  return {
    id: `${from}->${to}`,
    from,
    to,
    required,
    callsPerSecond: null,
    p50Ms: null,
    p99Ms: null,
    breaker: null,
    retryInMs: null,
    bulkhead: null,
    retryBudget: null,
    degradedShare: null,
  };
}

function known({ from, to }: TopologyEdge, view: SystemView): Partial<EdgePicture> {
  if (from === 'load-generator') return loadEdge(view);
  const reports = isServiceName(from) ? view.service(from) : null;
  if (!reports) return {};
  if (to === 'redis') return cacheEdge(reports);
  const now = find(reports.report, to);
  return now ? guardedEdge(now, reports, to) : {};
}

function loadEdge(view: SystemView): Partial<EdgePicture> {
  const stats = view.stats();
  if (!stats) return {};
  return {
    callsPerSecond: stats.orders.offered,
    p50Ms: stats.orders.latencyMs?.p50 ?? null,
    p99Ms: stats.orders.latencyMs?.p99 ?? null,
    degradedShare: stats.degradedShare,
  };
}

const find = (report: ResilienceReport, name: string): DependencyReport | undefined =>
  report.dependencies.find((dependency) => dependency.name === name);

function guardedEdge(now: DependencyReport, reports: ServiceReports, to: string): Partial<EdgePicture> {
  const { breaker, bulkhead, retry } = now.policies;
  return {
    ...rates(now, reports, to),
    ...latencies(now),
    breaker: breaker ? (breaker.enabled === false ? 'off' : breaker.state) : null,
    retryInMs: breaker?.retryInMs ?? null,
    bulkhead: bulkhead ?? null,
    retryBudget: retry ? { available: retry.budgetAvailable, capacity: retry.budgetCapacity } : null,
  };
}

/** Without calls there are no quantiles; 0 would be a claim. */
function latencies({ latencyMs }: DependencyReport): Partial<EdgePicture> {
  if (!latencyMs?.count) return {};
  return { p50Ms: latencyMs.p50 ?? null, p99Ms: latencyMs.p99 ?? null };
}

/** From the difference of two cumulative reports; after a restart between them there is no rate yet. */
function rates(now: DependencyReport, { at, previous }: ServiceReports, to: string): Partial<EdgePicture> {
  const before = previous && find(previous.report, to);
  if (!before) return {};
  const calls = now.calls.total - before.calls.total;
  const seconds = (at - previous.at) / 1000;
  if (calls < 0 || seconds <= 0) return {};
  const live = now.calls.live - before.calls.live;
  return { callsPerSecond: calls / seconds, degradedShare: calls > 0 ? 1 - live / calls : 0 };
}

/** The way to Redis is guarded by the caches that use it: the worst of their breakers is shown. */
function cacheEdge({ report }: ServiceReports): Partial<EdgePicture> {
  const tiers = (report.cache ?? []).flatMap(({ redis }) => redis ?? []);
  if (tiers.length === 0) return {};
  const states = tiers.flatMap(({ breakers }) => [breakers.read, breakers.write]);
  const worst = (['open', 'half-open', 'closed'] as const).find((state) => states.includes(state));
  return {
    breaker: worst ?? null,
    bulkhead: {
      inFlight: tiers.reduce((sum, tier) => sum + tier.inFlight, 0),
      limit: tiers.reduce((sum, tier) => sum + tier.maxConcurrent, 0),
      queued: 0,
    },
  };
}

/** Every dependency of every service, as reported. */
export function policyReports(view: SystemView): PolicyReport[] {
  return serviceNames.flatMap((service) =>
    (view.service(service)?.report.dependencies ?? []).map((snapshot) => ({
      service,
      dependency: snapshot.name,
      snapshot,
    })),
  );
}
