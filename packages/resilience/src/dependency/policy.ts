import type { BreakerSnapshot } from '../breaker/breaker-settings.ts';
import type { Call } from '../pipeline/call.ts';
import type { Layer } from '../pipeline/layer.ts';
import type { Verdict } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import type { AdaptiveSnapshot } from '../policies/adaptive-limit.ts';
import type { ThrottleSnapshot } from '../policies/adaptive-throttle.ts';
import type { TimeoutSnapshot } from '../policies/attempt-timeout.ts';
import type { BulkheadSnapshot } from '../policies/bulkhead.ts';
import type { DeadlineSnapshot } from '../policies/deadline.ts';
import type { HedgeSnapshot } from '../policies/hedge.ts';
import type { RateLimitSnapshot } from '../policies/rate-limiter.ts';
import type { RetrySnapshot } from '../policies/retry.ts';
import type { LatencyWindow } from '../time/latency-window.ts';
import type { ProtectionMemory } from './dependency-state.ts';
import type { PolicyPatch } from './policy-settings.ts';

/** What `dependency` needs of a policy; `standardPolicy` makes one. */
export interface Policy {
  build(runtime: Runtime, latency: LatencyWindow): Protections;
}

/** The layers of one dependency, outermost first, and the handles to watch and change them while calls run. */
export interface Protections {
  readonly layers: readonly Layer[];
  /** The verdict on an error of the call, asked once. */
  classify(error: unknown): Exclude<Verdict, 'success'>;
  configure(patch: PolicyPatch): void;
  /** Throws for a patch that `configure` would not take. */
  check(patch: PolicyPatch): void;
  /** The time that a call has in all; Infinity without a deadline. */
  timeMs(call: Call): number;
  /** Whether permits are taken or waited for. */
  isBusy(): boolean;
  /** Whether the breaker lets every call through. */
  isClosed(): boolean;
  snapshot(): ProtectionSnapshots;
  exportMemory(): ProtectionMemory;
  /** Takes over what an earlier process knew `ageMs` ago. */
  restoreMemory(memory: ProtectionMemory, ageMs: number): void;
  /** Cancels what would wake them; calls in flight go on. */
  dispose(): void;
}

/** What each protection of the standard policy shows of itself. */
export interface ProtectionSnapshots {
  readonly deadline: DeadlineSnapshot;
  readonly rateLimit: RateLimitSnapshot;
  readonly bulkhead: BulkheadSnapshot;
  readonly adaptive: AdaptiveSnapshot;
  readonly retry: RetrySnapshot;
  readonly throttle: ThrottleSnapshot;
  readonly breaker: BreakerSnapshot;
  readonly timeout: TimeoutSnapshot;
  readonly hedge: HedgeSnapshot;
}
