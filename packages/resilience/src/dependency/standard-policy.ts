import { resolveBreaker } from '../breaker/breaker-settings.ts';
import { CircuitBreaker } from '../breaker/circuit-breaker.ts';
import type { Layer } from '../pipeline/layer.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { type Classify, classifier, type FailureTest } from '../pipeline/verdict.ts';
import { AdaptiveLimit } from '../policies/adaptive-limit.ts';
import { AdaptiveThrottle } from '../policies/adaptive-throttle.ts';
import { AttemptTimeout } from '../policies/attempt-timeout.ts';
import { Bulkhead } from '../policies/bulkhead.ts';
import { CallerCancel } from '../policies/caller-cancel.ts';
import { Deadline } from '../policies/deadline.ts';
import { Hedge } from '../policies/hedge.ts';
import { RateLimiter } from '../policies/rate-limiter.ts';
import { Retry } from '../policies/retry.ts';
import { RetryBudget } from '../policies/retry-budget.ts';
import { aFunction, anObject, checkArgument, optional } from '../primitives/options.ts';
import type { LatencyWindow } from '../time/latency-window.ts';
import type { ProtectionMemory } from './dependency-state.ts';
import type { Policy, ProtectionSnapshots, Protections } from './policy.ts';
import {
  attemptMsOf,
  firstSettings,
  type PolicyPatch,
  type PolicySettings,
  patchPolicy,
} from './policy-settings.ts';

export interface PolicyOptions extends PolicyPatch {
  /**
   * Whether an error is a failure of the dependency; if not, it is the caller's fault: not counted, not retried and not
   * degraded. @default what the error says about itself, else true
   */
  readonly isFailure?: FailureTest;
  /** The verdict on an error, for errors that do not say it themselves; undefined leaves it to `isFailure`. */
  readonly classify?: Classify;
}

/**
 * The protections in the order that works, outermost first:
 *
 *     caller's cancel > deadline > rate limit > bulkhead > retry > throttle > breaker > attempt timeout > hedge > call
 *
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 */
export function standardPolicy(options: PolicyOptions = {}): Policy {
  checkArgument('standardPolicy', 'options', options, anObject);
  const { isFailure, classify, ...patch } = options;
  checkArgument(undefined, 'isFailure', isFailure, optional(aFunction));
  checkArgument(undefined, 'classify', classify, optional(aFunction));
  const settings = firstSettings(patch);
  return {
    build: (runtime, latency) => ({
      ...protections(runtime, latency, settings),
      classify: classifier({ classify, isFailure }),
    }),
  };
}

function protections(
  runtime: Runtime,
  latency: LatencyWindow,
  first: PolicySettings,
): Omit<Protections, 'classify'> {
  let settings = first;
  const budget = new RetryBudget(first.retry.budget);
  const adaptive = new AdaptiveLimit(first.adaptive);
  const deadline = new Deadline(first.deadline);
  const rateLimit = new RateLimiter(runtime, first.rateLimit);
  const retry = new Retry(runtime, first.retry, budget);
  const throttle = new AdaptiveThrottle(runtime, first.throttle);
  const breaker = new CircuitBreaker(runtime, resolveBreaker(first.breaker, attemptMsOf(first)));
  const bulkhead = new Bulkhead(runtime, first.bulkhead, adaptive, () => !breaker.isClosed);
  const timeout = new AttemptTimeout(runtime, first.timeout);
  const hedge = new Hedge(runtime, first.hedge, first.retry.maxAttempts, budget, latency);

  const layers: Layer[] = [
    new CallerCancel(),
    deadline,
    rateLimit,
    bulkhead,
    retry,
    throttle,
    breaker,
    timeout,
    hedge,
  ];

  function configure(patch: PolicyPatch): void {
    settings = patchPolicy(settings, patch);
    deadline.configure(settings.deadline);
    rateLimit.configure(settings.rateLimit);
    adaptive.configure(settings.adaptive);
    bulkhead.configure(settings.bulkhead);
    retry.configure(settings.retry);
    throttle.configure(settings.throttle);
    breaker.configure(resolveBreaker(settings.breaker, attemptMsOf(settings)));
    timeout.configure(settings.timeout);
    hedge.configure(settings.hedge, settings.retry.maxAttempts);
  }

  const snapshot = (): ProtectionSnapshots => ({
    deadline: deadline.snapshot(),
    rateLimit: rateLimit.snapshot(),
    bulkhead: bulkhead.snapshot(),
    adaptive: adaptive.snapshot(),
    retry: retry.snapshot(),
    throttle: throttle.snapshot(),
    breaker: breaker.snapshot(),
    timeout: timeout.snapshot(),
    hedge: hedge.snapshot(),
  });

  function exportMemory(): ProtectionMemory {
    const nowMs = runtime.clock.now();
    const learned = adaptive.exportMemory();
    return {
      breaker: breaker.exportMemory(nowMs),
      retryBudget: budget.exportMemory(nowMs),
      ...(learned && { adaptive: learned }),
    };
  }

  function restoreMemory(memory: ProtectionMemory, ageMs: number): void {
    const nowMs = runtime.clock.now();
    budget.restoreMemory(memory.retryBudget, ageMs, nowMs);
    if (memory.adaptive !== undefined) adaptive.restoreMemory(memory.adaptive, nowMs);
    if (memory.breaker.state === 'isolated') configure({ breaker: { isolated: true } });
    else breaker.restoreMemory(memory.breaker, ageMs, nowMs);
  }

  return {
    layers,
    configure,
    check: (patch) => void patchPolicy(settings, patch),
    timeMs: (call) => deadline.timeMs(call),
    isBusy: () => bulkhead.isBusy,
    isClosed: () => breaker.isClosed,
    snapshot,
    exportMemory,
    restoreMemory,
    dispose: () => {
      breaker.dispose();
      bulkhead.dispose();
    },
  };
}
