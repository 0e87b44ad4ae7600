import type { NodeKind, NodeName, SupervisedName } from '../topology.ts';

/** How good one answer was, best first. An order has exactly one. */
export const qualities = [
  'live',
  'cached',
  'default',
  'disabled',
  'pending',
  'rejected',
  'refused',
  'failed',
] as const;
export type Quality = (typeof qualities)[number];

/** What a reader has to know about each quality, in the words the page uses. */
export const qualityMeaning: Record<Quality, string> = {
  live: 'confirmed, fresh recommendations',
  cached: 'confirmed, recommendations from the cache',
  default: 'confirmed, default recommendations',
  disabled: 'confirmed, recommendations switched off',
  pending: 'accepted, stock is reserved later',
  rejected: 'answered: out of stock',
  refused: 'refused at once with Retry-After',
  failed: 'error or no answer in time',
};

export const faultNames = ['latency', 'error', 'hang', 'garbage', 'down', 'stall'] as const;
export type FaultName = (typeof faultNames)[number];
/** Of use to scenarios, not to a button: a service that can do only so many requests a second. */
export type StagedFault = FaultName | 'capacity';

/** Flags that switch a protection; the flag is `protection.<name>`. */
export const protectionNames = [
  'breaker',
  'bulkhead',
  'retry-budget',
  'timeouts',
  'fallback',
  'cache',
  'shedding',
  'deadline',
] as const;
export type ProtectionName = (typeof protectionNames)[number];

/** Flags that switch a feature nobody needs to sell something; the flag is `feature.<name>`. */
export const featureNames = ['recommendations'] as const;
export type FeatureName = (typeof featureNames)[number];

export type Health = 'up' | 'slow' | 'down' | 'starting' | 'stalled' | 'absent' | 'unknown';

export interface ActiveFault {
  readonly target: SupervisedName;
  /** A fault of the service, or what was done to its process. */
  readonly fault: StagedFault;
  readonly endsAt: number;
}

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

/** One guarded way from a service to what it needs. `null` is a number nobody has reported. */
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

/** One second of traffic as its clients saw it. */
export interface Traffic {
  readonly at: number;
  readonly offered: number | null;
  /** Orders accepted in time: everything but rejected, refused and failed. */
  readonly good: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly counts: Readonly<Record<Quality, number>> | null;
}

export interface OrderSeen {
  readonly id: string | null;
  readonly at: number;
  readonly quality: Quality;
  readonly status: number;
  readonly latencyMs: number;
  /** Age of the recommendations when they came from the cache. */
  readonly ageMs: number | null;
  readonly total: number | null;
  readonly code: string | null;
  readonly traceId: string | null;
}

export interface Mark {
  readonly at: number;
  readonly kind: 'break' | 'heal' | 'switch' | 'scenario';
  readonly text: string;
  readonly target: NodeName | null;
}

/** What a service reports about one dependency, passed through untouched for the table of policies. */
export interface PolicyReport {
  readonly service: NodeName;
  readonly dependency: string;
  readonly snapshot: unknown;
}

export interface CheckResult {
  readonly says: string;
  readonly expected: string;
  readonly measured: string;
  /** `null` while it can't be judged yet. */
  readonly holds: boolean | null;
}

export interface ScenarioRun {
  readonly name: string;
  readonly title: string;
  readonly variant: 'protected' | 'naive';
  readonly state: 'running' | 'done' | 'stopped';
  readonly startedAt: number;
  readonly durationMs: number;
  readonly step: string;
  readonly checks: readonly CheckResult[];
  /** Whether what was declared was seen: for a naive run, that it breaks where it must. */
  readonly verdict: 'as declared' | 'not as declared' | null;
  /** Path below the page's address where the picture of the run is. */
  readonly chart: string | null;
}

/** The moving part of the page: sent each second, and at once after an action. */
export interface Frame {
  readonly at: number;
  readonly nodes: readonly NodePicture[];
  readonly edges: readonly EdgePicture[];
  readonly traffic: Traffic;
  readonly targetRate: number | null;
  /** Latest orders, newest first; a sample when there are more than fit. */
  readonly orders: readonly OrderSeen[];
  readonly switches: Readonly<Record<string, boolean>>;
  /** Why the flags file can't be read; the last good state holds. */
  readonly switchProblem: string | null;
  readonly faults: readonly ActiveFault[];
  readonly marks: readonly Mark[];
  readonly policies: readonly PolicyReport[];
  readonly scenario: ScenarioRun | null;
}

export interface ScenarioCard {
  readonly name: string;
  readonly title: string;
  readonly breaks: string;
  readonly expects: readonly string[];
  readonly heals: string;
  readonly durationMs: number;
  readonly naive: string | null;
  /** Why it can't run here, when it can't. */
  readonly unavailable: string | null;
}

/** Sent once per connection: what does not move, and enough past to fill the charts. */
export interface Hello {
  readonly mode: 'embedded' | 'containers';
  readonly scenarios: readonly ScenarioCard[];
  readonly history: readonly Traffic[];
  readonly marks: readonly Mark[];
  readonly jaegerUrl: string | null;
  readonly maxRate: number;
}

/** One decision in the life of an order, as orders tells it. */
export interface StoryEvent {
  readonly atMs: number;
  readonly dependency: string;
  readonly type: string;
  readonly [detail: string]: unknown;
}

export interface OrderStory {
  readonly id: string;
  readonly traceId: string | null;
  readonly events: readonly StoryEvent[];
}
