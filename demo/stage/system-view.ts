import { anObject, checkOptions, type Rule, withMethods } from '@ballast/resilience/primitives';
import type { ProcessStatus, Supervisor } from '@ballast/supervisor';
import type { ReplicatedPostgres, ReplicationStatus } from '@ballast/supervisor/postgres';
import type { LoadStats, RecentOrder, StatsReport } from '../load-generator/stats.ts';
import { nodeOf, type ServiceName, type SupervisedName, serviceNames, type Topology } from '../topology.ts';
import { follow } from './follow.ts';
import { probeTcp } from './probe-tcp.ts';
import { type ResilienceReport, resilienceReport } from './reports.ts';

/** Two reports of one service in a row: rates are their difference. */
export interface ServiceReports {
  readonly at: number;
  readonly report: ResilienceReport;
  readonly previous: { readonly at: number; readonly report: ResilienceReport } | null;
}

type StatsListener = (stats: LoadStats, orders: readonly RecentOrder[]) => void;

/** What the running system reports right now. */
export interface SystemView {
  service(name: ServiceName): ServiceReports | null;
  stats(): LoadStats | null;
  orders(): readonly RecentOrder[];
  processes(): readonly ProcessStatus<SupervisedName>[] | null;
  /** Whether a server accepts connections there; null when it was not probed. */
  accepts(name: 'postgres' | 'redis'): boolean | null;
  /** Which database server is the primary, and whether the other one may take over; null without a standby. */
  replication(): ReplicationStatus | null;
  /** After each second of traffic, with the orders that ended in it; returns the unsubscribe. */
  onStats(listener: StatsListener): () => void;
  /** After each change of a process; returns the unsubscribe. */
  onProcess(listener: () => void): () => void;
}

export interface WatchOptions {
  readonly topology: Topology;
  readonly supervisor: Supervisor<SupervisedName> | undefined;
  readonly database?: ReplicatedPostgres | undefined;
  /** `host:port` of what has no stream, probed once a second; only without a supervisor. */
  readonly probes: Readonly<Partial<Record<'postgres' | 'redis', string>>>;
  readonly signal: AbortSignal;
}

const maxOrders = 16;
const probeEveryMs = 1000;

const optionRules: Readonly<Record<keyof WatchOptions, Rule>> = {
  topology: anObject,
  supervisor: withMethods('a supervisor', 'status', 'onChange'),
  database: withMethods('a replicated database', 'status'),
  probes: anObject,
  signal: withMethods('an AbortSignal', 'addEventListener', 'throwIfAborted'),
};

/** Follows every stream of the system until the signal ends it. */
export function watchSystem(options: WatchOptions): SystemView {
  checkOptions('watchSystem', options, optionRules, ['topology', 'probes', 'signal']);
  const { topology, supervisor, database, probes, signal } = options;
  const reports = new Map<ServiceName, ServiceReports>();
  const accepted = new Map<string, boolean>();
  const statsListeners = new Set<StatsListener>();
  const processListeners = new Set<() => void>();
  let stats: LoadStats | null = null;
  let orders: readonly RecentOrder[] = [];

  for (const name of serviceNames) {
    const url = `${nodeOf(topology, name).url}/resilience`;
    const onData = (data: unknown) => keepReport(reports, name, data);
    void follow({ url, event: 'snapshot', onData, onLost: () => reports.delete(name), signal });
  }
  void follow({
    url: `${nodeOf(topology, 'load-generator').url}/stats`,
    event: 'stats',
    onData: (data) => {
      const report = data as StatsReport;
      stats = report.stats;
      orders = [...report.orders, ...orders].slice(0, maxOrders);
      for (const listener of statsListeners) listener(report.stats, report.orders);
    },
    onLost: () => {
      stats = null;
    },
    signal,
  });
  const stopListening = supervisor?.onChange(() => {
    for (const listener of processListeners) listener();
  });
  const probing = setInterval(() => {
    for (const [name, address] of Object.entries(probes))
      void probeTcp(address, probeEveryMs).then((isOpen) => accepted.set(name, isOpen));
  }, probeEveryMs);
  signal.addEventListener('abort', () => {
    stopListening?.();
    clearInterval(probing);
  });

  return {
    service: (name) => reports.get(name) ?? null,
    stats: () => stats,
    orders: () => orders,
    processes: () => supervisor?.status() ?? null,
    accepts: (name) => accepted.get(name) ?? null,
    replication: () => database?.status() ?? null,
    onStats: (listener) => subscribe(statsListeners, listener),
    onProcess: (listener) => subscribe(processListeners, listener),
  };
}

function subscribe<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keepReport(reports: Map<ServiceName, ServiceReports>, name: ServiceName, data: unknown): void {
  const parsed = resilienceReport.safeParse(data);
  if (!parsed.success) return;
  const last = reports.get(name);
  const previous = last ? { at: last.at, report: last.report } : null;
  reports.set(name, { at: Date.now(), report: parsed.data, previous });
}
