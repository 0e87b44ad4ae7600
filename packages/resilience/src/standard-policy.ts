import { AdaptiveLimit, type AdaptiveSettings, adaptiveDefaults, adaptiveRules } from './adaptive-limit.ts';
import {
  AdaptiveThrottle,
  type ThrottleSettings,
  throttleDefaults,
  throttleRules,
} from './adaptive-throttle.ts';
import { AttemptTimeout, type TimeoutSettings, timeoutDefaults, timeoutRules } from './attempt-timeout.ts';
import { type BreakerSettings, breakerDefaults, breakerRules } from './breaker-settings.ts';
import { Bulkhead, type BulkheadSettings, bulkheadDefaults, bulkheadRules } from './bulkhead.ts';
import { CallerCancel } from './caller-cancel.ts';
import { CircuitBreaker, type ResolvedBreakerSettings } from './circuit-breaker.ts';
import { Deadline, type DeadlineSettings, deadlineDefaults, deadlineRules } from './deadline.ts';
import { Hedge, type HedgeSettings, hedgeDefaults, hedgeRules } from './hedge.ts';
import type { LatencyWindow } from './latency-window.ts';
import type { Layer, Runtime } from './layer.ts';
import { RateLimiter, type RateLimitSettings, rateLimitDefaults, rateLimitRules } from './rate-limiter.ts';
import { Retry, type RetrySettings, retryDefaults, retryRules } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';
import { type Patch, type Rules, withPatch } from './settings.ts';
import { type FailureTest, isFailureByDefault } from './verdict.ts';

/** Every setting of the standard policy, one section per layer. */
export interface PolicySettings {
  readonly deadline: DeadlineSettings;
  readonly rateLimit: RateLimitSettings;
  readonly bulkhead: BulkheadSettings;
  readonly adaptive: AdaptiveSettings;
  readonly retry: RetrySettings;
  readonly throttle: ThrottleSettings;
  readonly breaker: BreakerSettings;
  readonly timeout: TimeoutSettings;
  readonly hedge: HedgeSettings;
}

export const policyDefaults: PolicySettings = {
  deadline: deadlineDefaults,
  rateLimit: rateLimitDefaults,
  bulkhead: bulkheadDefaults,
  adaptive: adaptiveDefaults,
  retry: retryDefaults,
  throttle: throttleDefaults,
  breaker: breakerDefaults,
  timeout: timeoutDefaults,
  hedge: hedgeDefaults,
};

const policyRules: Rules = {
  deadline: deadlineRules,
  rateLimit: rateLimitRules,
  bulkhead: bulkheadRules,
  adaptive: adaptiveRules,
  retry: retryRules,
  throttle: throttleRules,
  breaker: breakerRules,
  timeout: timeoutRules,
  hedge: hedgeRules,
};

/** Any part of the settings; the two times everybody sets can be given at the top. */
export type PolicyPatch = Patch<PolicySettings> & {
  /** Short for `deadline.deadlineMs`. @default 1000 */
  readonly deadlineMs?: number | undefined;
  /** Short for `timeout.attemptTimeoutMs`. @default 500 */
  readonly attemptTimeoutMs?: number | undefined;
};

export interface PolicyOptions extends PolicyPatch {
  /** Whether an error means that the dependency is unwell. @default `error.isFailure !== false` */
  readonly isFailure?: FailureTest;
}

/** What a dependency needs of a policy: layers, outermost first, and a way to change them while calls run. */
export interface Policy {
  build(runtime: Runtime, latency: LatencyWindow): PolicyLayers;
}

export interface PolicyLayers {
  readonly layers: readonly Layer[];
  configure(patch: PolicyPatch): void;
  snapshot(): PolicySnapshots;
  isolate(): void;
  release(): void;
}

export type PolicySnapshots = ReturnType<ReturnType<typeof buildLayers>['snapshot']>;

/**
 * The protections in the order that works, outermost first:
 *
 *     deadline > rate limit > bulkhead > retry > throttle > breaker > attempt timeout > hedge > the call
 */
export function standardPolicy(options: PolicyOptions = {}): Policy {
  const { isFailure = isFailureByDefault, ...patch } = options;
  const settings = patched(policyDefaults, switchedOnWhereGiven(patch));
  return { build: (runtime, latency) => buildLayers(runtime, latency, settings, isFailure) };
}

function buildLayers(
  runtime: Runtime,
  latency: LatencyWindow,
  initial: PolicySettings,
  isFailure: FailureTest,
) {
  let settings = initial;
  const budget = new RetryBudget(settings.retry.budget);
  const adaptive = new AdaptiveLimit(settings.adaptive);
  const layers = {
    deadline: new Deadline(settings.deadline),
    rateLimit: new RateLimiter(runtime.clock, settings.rateLimit),
    bulkhead: new Bulkhead(runtime.clock, settings.bulkhead, adaptive),
    retry: new Retry(runtime, settings.retry, budget, isFailure),
    throttle: new AdaptiveThrottle(runtime, settings.throttle, isFailure),
    breaker: new CircuitBreaker(runtime, resolvedBreaker(settings), isFailure),
    timeout: new AttemptTimeout(runtime, settings.timeout),
    hedge: new Hedge(runtime, settings.hedge, budget, latency),
  };
  return {
    layers: [new CallerCancel(runtime.clock), ...Object.values(layers)],
    configure(patch: PolicyPatch): void {
      settings = patched(settings, patch);
      adaptive.configure(settings.adaptive);
      layers.deadline.configure(settings.deadline);
      layers.rateLimit.configure(settings.rateLimit);
      layers.bulkhead.configure(settings.bulkhead);
      layers.retry.configure(settings.retry);
      layers.throttle.configure(settings.throttle);
      layers.breaker.configure(resolvedBreaker(settings));
      layers.timeout.configure(settings.timeout);
      layers.hedge.configure(settings.hedge);
    },
    snapshot: () => ({
      deadline: layers.deadline.snapshot(),
      rateLimit: layers.rateLimit.snapshot(),
      bulkhead: layers.bulkhead.snapshot(),
      adaptive: adaptive.snapshot(),
      retry: layers.retry.snapshot(),
      throttle: layers.throttle.snapshot(),
      breaker: layers.breaker.snapshot(),
      timeout: layers.timeout.snapshot(),
      hedge: layers.hedge.snapshot(),
    }),
    isolate: () => layers.breaker.isolate(),
    release: () => layers.breaker.release(),
  };
}

function patched(settings: PolicySettings, patch: PolicyPatch): PolicySettings {
  const { deadlineMs, attemptTimeoutMs, ...sections } = patch;
  const short: Patch<PolicySettings> = { deadline: { deadlineMs }, timeout: { attemptTimeoutMs } };
  return withPatch(withPatch(settings, sections as Patch<PolicySettings>, policyRules), short, policyRules);
}

/** Naming a policy that is off by default switches it on: nobody sets a rate limit to leave it off. */
function switchedOnWhereGiven(patch: PolicyPatch): PolicyPatch {
  const on = { ...patch } as Record<string, object | undefined>;
  for (const section of ['rateLimit', 'adaptive', 'throttle', 'hedge']) {
    if (on[section] !== undefined) on[section] = { enabled: true, ...on[section] };
  }
  return on as PolicyPatch;
}

function resolvedBreaker({ breaker, timeout }: PolicySettings): ResolvedBreakerSettings {
  const { slowCallMs = 0.8 * timeout.attemptTimeoutMs, probeTimeoutMs = timeout.attemptTimeoutMs } = breaker;
  return { ...breaker, slowCallMs, probeTimeoutMs };
}
