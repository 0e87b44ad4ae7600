import { type BreakerSettings, breakerDefaults, breakerRules } from '../breaker/breaker-settings.ts';
import { type AdaptiveSettings, adaptiveDefaults, adaptiveRules } from '../policies/adaptive-limit.ts';
import { type ThrottleSettings, throttleDefaults, throttleRules } from '../policies/adaptive-throttle.ts';
import { type TimeoutSettings, timeoutDefaults, timeoutRules } from '../policies/attempt-timeout.ts';
import { type BulkheadSettings, bulkheadDefaults, bulkheadRules } from '../policies/bulkhead.ts';
import { type DeadlineSettings, deadlineDefaults, deadlineRules } from '../policies/deadline.ts';
import { type HedgeSettings, hedgeDefaults, hedgeRules } from '../policies/hedge.ts';
import { type RateLimitSettings, rateLimitDefaults, rateLimitRules } from '../policies/rate-limiter.ts';
import { type RetrySettings, retryDefaults, retryRules } from '../policies/retry.ts';
import { InvalidOptionError } from '../primitives/invalid-option-error.ts';
import { type Patch, type Rules, withPatch } from '../primitives/options.ts';

/** Every setting of the standard policy, one section per protection. */
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

/** Any part of the settings; the two times everybody sets may be given at the top. */
export type PolicyPatch = Patch<PolicySettings> & {
  /** Short for `deadline.deadlineMs`. @default 1000 */
  readonly deadlineMs?: number | undefined;
  /** Short for `timeout.attemptTimeoutMs`. @default 500 */
  readonly attemptTimeoutMs?: number | undefined;
};

/** `settings` with a checked patch over it; throws `InvalidOptionError` and changes nothing. */
export function patchPolicy(settings: PolicySettings, patch: PolicyPatch): PolicySettings {
  const { deadlineMs, attemptTimeoutMs, ...sections } = patch;
  const times = { deadline: { deadlineMs }, timeout: { attemptTimeoutMs } };
  const next = withPatch(
    withPatch(settings, sections as Patch<PolicySettings>, policyRules),
    times,
    policyRules,
  );
  inOrder('breaker.maxOpenMs', next.breaker.maxOpenMs, 'breaker.openMs', next.breaker.openMs);
  inOrder('adaptive.maxLimit', next.adaptive.maxLimit, 'adaptive.minLimit', next.adaptive.minLimit);
  return next;
}

/** The time that one attempt has. Behind a shorter deadline no attempt ever gets as far as its timeout. */
export function attemptMsOf({ timeout, deadline }: PolicySettings): number {
  const deadlineMs = deadline.enabled ? deadline.deadlineMs : Number.POSITIVE_INFINITY;
  return Math.min(timeout.attemptTimeoutMs, deadlineMs);
}

function inOrder(option: string, value: number, atLeastOption: string, atLeastValue: number): void {
  if (value < atLeastValue)
    throw new InvalidOptionError(option, `>= ${atLeastOption} (${atLeastValue})`, value);
}

/** Naming a protection that is off by default switches it on: nobody sets a rate limit to leave it off. */
export function firstSettings(options: PolicyPatch): PolicySettings {
  const { rateLimit, adaptive, throttle, hedge } = options;
  const named = Object.entries({ rateLimit, adaptive, throttle, hedge }).filter(
    ([, section]) => section !== undefined,
  );
  const on = Object.fromEntries(named.map(([name]) => [name, { enabled: true }]));
  return patchPolicy(patchPolicy(policyDefaults, on), options);
}
