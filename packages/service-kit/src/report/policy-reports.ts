import { z } from 'zod';

const enabled = z.boolean();
const ms = z.number();
const count = z.number();
const ratio = z.number();

export const breakerState = z.enum(['closed', 'half-open', 'open', 'isolated']);

const deadline = z.object({
  enabled,
  settings: z.object({ enabled, deadlineMs: ms, minRemainingMs: ms }),
});

const rateLimit = z.object({
  enabled,
  available: count,
  settings: z.object({ enabled, perSecond: count, burst: count }),
});

const bulkhead = z.object({
  enabled,
  inFlight: count,
  limit: count,
  queued: count,
  maxQueue: count,
  abandoned: count,
  settings: z.object({
    enabled,
    maxConcurrent: count,
    maxQueue: count,
    queueTimeoutMs: ms,
    abandonedLeaseMs: ms,
  }),
});

const adaptive = z.object({
  enabled,
  limit: count,
  usualMs: ms,
  settings: z.object({
    enabled,
    initialLimit: count,
    minLimit: count,
    maxLimit: count,
    tolerance: z.number(),
    headroom: count,
    smoothing: ratio,
  }),
});

const retry = z.object({
  enabled,
  budgetAvailable: count,
  budgetCapacity: count,
  retries: count,
  rejected: count,
  settings: z.object({
    enabled,
    maxAttempts: count,
    baseDelayMs: ms,
    maxDelayMs: ms,
    budget: z.object({ enabled, ratio, minRetries: count, windowMs: ms }),
  }),
});

const throttle = z.object({
  enabled,
  rejectRatio: ratio,
  settings: z.object({ enabled, multiplier: z.number(), windowMs: ms, minCalls: count }),
});

const breaker = z.object({
  enabled,
  state: breakerState,
  windowCalls: count,
  failureRatio: ratio,
  slowRatio: ratio,
  openUntilMs: ms.exactOptional().describe("While open: when it goes half-open, on the service's own clock"),
  retryInMs: ms.exactOptional().describe('While open: the time until then'),
  recovering: ratio
    .exactOptional()
    .describe('While half-open: the share of the calls let through; 0 while probing'),
  settings: z.object({
    enabled,
    isolated: z.boolean(),
    windowMs: ms,
    minCalls: count,
    failureRatio: ratio,
    slowCallMs: ms.optional(),
    slowRatio: ratio,
    busyCalls: count,
    openMs: ms,
    maxOpenMs: ms,
    openJitterRatio: ratio,
    probes: count,
    probeTimeoutMs: ms.optional(),
    rampStageMs: ms,
  }),
});

const timeout = z.object({ enabled, settings: z.object({ enabled, attemptTimeoutMs: ms }) });

const hedge = z.object({
  enabled,
  hedges: count,
  settings: z.object({ enabled, quantile: ratio, minDelayMs: ms, minCalls: count }),
});

/** What each protection of a dependency shows of itself. */
export const policyReports = z.object({
  deadline,
  rateLimit,
  bulkhead,
  adaptive,
  retry,
  throttle,
  breaker,
  timeout,
  hedge,
  fallback: z.object({ enabled }),
});
