import type { Quality, QualityCounts } from './quality.ts';

/** Milliseconds from the intended start, so that a wait in the generator itself counts as well. */
export interface LatencySummary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Rate {
  readonly ordersPerSecond: number;
  readonly readsPerSecond: number;
}

/** One kind of request in one second. */
export interface RequestStats {
  /** Requests that were due. */
  readonly offered: number;
  /** How those that ended in this second ended. */
  readonly outcomes: QualityCounts;
  /** `null` when nothing ended. */
  readonly latencyMs: LatencySummary | null;
}

/** One second as the customers saw it: `GET /stats`, and each second as the event `stats` of its event stream. */
export interface LoadStats {
  /** Epoch milliseconds of the end of the second. */
  readonly at: number;
  readonly rate: Rate;
  readonly orders: RequestStats;
  /** Reads of recommendations; `live` to `disabled`, `late`, `refused` and `failed` apply. */
  readonly reads: RequestStats;
  /** Answers by HTTP status, each attempt counted; `timeout` and `reset` for none. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Attempts beyond the first, each with the key of the first. */
  readonly resends: number;
  /** Share of the orders served in time that were not confirmed with live recommendations, 0..1; `null` without any. */
  readonly degradedShare: number | null;
  readonly inFlight: number;
  /** Requests not sent because too many were waiting already: the generator's limit, not the system's. */
  readonly notSent: number;
  /** The longest time by which a request was sent too late: on a busy machine the generator itself is slow. */
  readonly lagMs: number;
  /** Orders answered with 202, looked up until they settle; `missing`: acknowledged orders that are lost. */
  readonly pending: {
    readonly open: number;
    readonly oldestMs: number;
    readonly confirmed: number;
    readonly rejected: number;
    readonly missing: number;
  };
  /** Since the generator started. */
  readonly totals: { readonly offered: number; readonly outcomes: QualityCounts; readonly resends: number };
}

/** One ended order. `null`: the answer did not say. */
export interface RecentOrder {
  readonly id: string | null;
  readonly at: number;
  readonly outcome: Quality;
  /** Of the last attempt; 0 when it got no answer. */
  readonly status: number;
  readonly latencyMs: number;
  readonly attempts: number;
  /** Age of the recommendations when they came from the cache. */
  readonly ageMs: number | null;
  readonly total: number | null;
  /** The problem's code, or why there was no answer. */
  readonly code: string | null;
  readonly traceId: string | null;
}

/** `GET /stats`. The stream's event `stats` carries the same without history, its orders those of that second only. */
export interface StatsReport {
  readonly stats: LoadStats;
  /** Newest first, at most `maxRecentOrders`. */
  readonly orders: readonly RecentOrder[];
  /** Oldest first, at most `maxHistorySeconds`; absent in the stream. */
  readonly history?: readonly LoadStats[];
}

export const maxRecentOrders = 100;
/** Of one second, in the stream: the page shows no more, and 1,000 orders a second would be much text. */
export const maxStreamedOrders = 40;
export const maxHistorySeconds = 300;
export const maxRatePerSecond = 1000;
