import { type Quality, qualityCounts } from '../load-generator/quality.ts';
import type { LoadStats } from '../load-generator/stats.ts';
import type { BreakerState, EdgePicture } from '../stage/picture.ts';
import { topologyAt } from '../topology.ts';
import type { Recording, Sample } from './recording.ts';
import type { Scenario } from './scenario.ts';

/** One second of a made-up run; what is left out is as in a system that is well. */
export interface Second {
  readonly counts?: Partial<Record<Quality, number>>;
  readonly reads?: Partial<Record<Quality, number>>;
  readonly latenciesMs?: readonly number[];
  /** Of every edge, or of the edges named. */
  readonly breaker?: BreakerState | Readonly<Record<string, BreakerState>>;
  /** Whether the services report at all. */
  readonly isReported?: boolean;
  readonly open?: number;
  readonly missing?: number;
  readonly settled?: number;
  readonly retries?: number;
  readonly letThrough?: number;
  readonly lagMs?: number;
  readonly down?: readonly string[];
}

const { edges } = topologyAt();
const defaultLoad = { ordersPerSecond: 10, readsPerSecond: 0 };

export function sampleOf(
  second: Second,
  atMs: number,
  { ordersPerSecond, readsPerSecond = 0 }: Scenario['load'] = defaultLoad,
): Sample {
  const { counts = { live: ordersPerSecond }, reads = { live: readsPerSecond } } = second;
  const {
    open = 0,
    missing = 0,
    settled = 0,
    retries = 0,
    letThrough = 0,
    lagMs = 2,
    latenciesMs = [20],
    down = [],
  } = second;
  const stats = {
    rate: { ordersPerSecond, readsPerSecond },
    orders: { offered: sum(counts), outcomes: qualityCounts(counts), latencyMs: null },
    reads: { offered: sum(reads), outcomes: qualityCounts(reads), latencyMs: null },
    lagMs,
    pending: { open, oldestMs: 0, missing, confirmed: settled, rejected: 0 },
  } as unknown as LoadStats;
  const pictures = edges.map(({ from, to }) => edgeOf(`${from}->${to}`, second));
  const ofEach = (count: number) => Object.fromEntries(pictures.map(({ id }) => [id, count]));
  return {
    atMs,
    stats,
    latenciesMs,
    edges: pictures,
    retries: ofEach(retries),
    letThrough: ofEach(letThrough),
    down,
  };
}

const sum = (counts: Partial<Record<Quality, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);

function edgeOf(id: string, { breaker = 'closed', isReported = true }: Second): EdgePicture {
  if (!isReported) return { id, breaker: null, callsPerSecond: null, bulkhead: null } as EdgePicture;
  const state = typeof breaker === 'string' ? breaker : (breaker[id] ?? 'closed');
  const bulkhead = { inFlight: 0, queued: 0, limit: 32 };
  return { id, breaker: state, callsPerSecond: 10, bulkhead } as EdgePicture;
}

/** A recording of a scenario in which each second is as `secondAt` says. */
export function recordingOf(
  { load, brokenFromMs, brokenToMs, durationMs }: Scenario,
  secondAt: (atMs: number) => Second,
): Recording {
  const times = Array.from({ length: durationMs / 1000 }, (_, index) => (index + 1) * 1000);
  const samples = times.map((atMs) => sampleOf(secondAt(atMs), atMs, load));
  return { samples, brokenFromMs, brokenToMs, durationMs };
}
