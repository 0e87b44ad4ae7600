import type { CheckResult } from '../scenarios/check-result.ts';
import type { Verdict } from '../scenarios/verdict.ts';
import type { ActiveFault } from '../stage/faults.ts';
import type { EdgePicture, Mark, NodePicture, OrderSeen, PolicyReport, Traffic } from '../stage/picture.ts';

/** How many seconds of traffic the server keeps and the page shows. */
export const historySeconds = 300;

/** The part of the page that changes: sent each second, and at once after an action. */
export interface Frame {
  readonly at: number;
  readonly nodes: readonly NodePicture[];
  readonly edges: readonly EdgePicture[];
  readonly traffic: Traffic;
  readonly targetRate: number | null;
  /** Latest orders, newest first; a sample when there are more than fit. */
  readonly orders: readonly OrderSeen[];
  readonly switches: Readonly<Record<string, boolean>>;
  /** Why the flags file can't be read; the last good state stays in force. */
  readonly switchProblem: string | null;
  readonly faults: readonly ActiveFault[];
  /** New since the last frame. */
  readonly marks: readonly Mark[];
  readonly policies: readonly PolicyReport[];
  readonly scenario: ScenarioRun | null;
}

/** Sent once per connection: what does not change, and enough of the past to fill the charts. */
export interface Hello {
  readonly mode: 'embedded' | 'containers';
  readonly scenarios: readonly ScenarioCard[];
  readonly history: readonly Traffic[];
  readonly marks: readonly Mark[];
  readonly jaegerUrl: string | null;
  readonly maxRate: number;
}

/** A scenario as the page offers it. */
export interface ScenarioCard {
  readonly name: string;
  readonly title: string;
  readonly breaks: string;
  readonly expects: readonly string[];
  readonly heals: string;
  readonly durationMs: number;
  /** What happens without the protection. */
  readonly naive: string;
  /** Why it can't run here, when it can't. */
  readonly unavailable: string | null;
}

/** A scenario that runs or has run. */
export interface ScenarioRun {
  readonly name: string;
  readonly title: string;
  readonly variant: 'protected' | 'naive';
  readonly state: 'running' | 'done' | 'stopped';
  readonly startedAt: number;
  readonly durationMs: number;
  readonly step: string;
  readonly checks: readonly CheckResult[];
  readonly verdict: Verdict | null;
  /** Why there is no verdict. */
  readonly reason: string | null;
  /** Path of the picture of the run, below the page's address. */
  readonly picture: string | null;
}

/** One decision in the life of an order, as orders reports it. */
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
