import type { Quality, QualityCounts } from '../load-generator/quality.ts';
import type { RecentOrder } from '../load-generator/stats.ts';
import type { NodeKind, NodeName } from '../topology.ts';

export type Health = 'up' | 'slow' | 'down' | 'starting' | 'stalled' | 'absent' | 'unknown';

/** A node of the topology as it is now, and what can be done to it. */
export interface NodePicture {
  readonly name: NodeName;
  readonly kind: NodeKind;
  readonly health: Health;
  /** Why it is not simply up, in a few words. */
  readonly note: string | null;
  /** What it counts itself, where there is room to show it. */
  readonly details: readonly { readonly name: string; readonly value: number | null }[];
  readonly restartsAt: number | null;
  readonly restarts: number;
  readonly canKill: boolean;
  readonly canStart: boolean;
  readonly canStall: boolean;
  readonly canFault: boolean;
}

export type BreakerState = 'closed' | 'half-open' | 'open' | 'isolated' | 'off';

/** One guarded connection from a service to what it needs. `null` is a number that was not reported. */
export interface EdgePicture {
  readonly id: string;
  readonly from: NodeName;
  readonly to: NodeName;
  readonly required: boolean;
  readonly callsPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly breaker: BreakerState | null;
  /** Until the breaker lets a probe through. */
  readonly retryInMs: number | null;
  readonly bulkhead: { readonly inFlight: number; readonly queued: number; readonly limit: number } | null;
  readonly retryBudget: { readonly available: number; readonly capacity: number } | null;
  /** Share of answers of the last second that were not live, 0..1. */
  readonly degradedShare: number | null;
}

/** One second of orders as the customers saw it. */
export interface Traffic {
  readonly at: number;
  readonly offered: number | null;
  /** Orders accepted in time: all but rejected, late, refused and failed. */
  readonly good: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly counts: QualityCounts | null;
}

/** One ended order as the page shows it. */
export interface OrderSeen extends Omit<RecentOrder, 'outcome' | 'attempts'> {
  readonly quality: Quality;
}

/** Something that was done to the system, or happened to it, for the time axis. */
export interface Mark {
  readonly at: number;
  readonly kind: 'break' | 'heal' | 'switch';
  readonly text: string;
  readonly target: NodeName | null;
}

/** What a service reports about one dependency, passed on unchanged for the table of policies. */
export interface PolicyReport {
  readonly service: NodeName;
  readonly dependency: string;
  readonly snapshot: unknown;
}
