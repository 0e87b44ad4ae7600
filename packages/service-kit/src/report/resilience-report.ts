import { z } from 'zod';
import { breakerState, policyReports } from './policy-reports.ts';
import { answerSource, outcomeKind } from './resilience-events.ts';

export { type ResilienceEventReport, resilienceEvent } from './resilience-events.ts';

const perPriority = z.record(z.enum(['critical', 'default', 'sheddable']), z.number());

const latencyMs = z.object({ p50: z.number(), p99: z.number(), count: z.number() });

/** What a dependency knows about itself: `DependencySnapshot` of @ballast/resilience. */
export const dependencyReport = z
  .object({
    name: z.string(),
    enabled: z.boolean(),
    calls: z.record(z.enum([...answerSource.options, 'failed', 'total']), z.number()),
    outcomes: z.record(outcomeKind, z.number()),
    rejections: z.record(z.string(), z.number()).describe('Calls rejected, by policy'),
    latencyMs: latencyMs.describe('Of the live answers of the last ten seconds'),
    policies: policyReports,
  })
  .meta({ id: 'DependencyReport' });

/** What decides which requests are admitted: `ShedderSnapshot` of @ballast/resilience. */
export const shedderReport = z
  .object({
    enabled: z.boolean(),
    overloaded: z.boolean(),
    inFlight: z.number(),
    limit: z.number(),
    maxInFlight: z.number(),
    loopDelayMs: z.number(),
    queueWaitMs: z.number(),
    admitted: perPriority,
    shed: perPriority,
    reasons: z.record(z.enum(['expired', 'overloaded', 'full']), z.number()),
    settings: z.object({
      enabled: z.boolean(),
      maxInFlight: z.number(),
      minInFlight: z.number(),
      maxLoopDelayMs: z.number(),
      maxQueueWaitMs: z.number(),
      intervalMs: z.number(),
      retryAfterMs: z.number(),
    }),
  })
  .meta({ id: 'ShedderReport' });

const redisReport = z.object({
  status: z.string(),
  breakers: z.object({ read: breakerState, write: breakerState }),
  inFlight: z.number(),
  maxConcurrent: z.number(),
  calls: z.object({ total: z.number(), live: z.number() }),
  latencyMs,
  bypassed: z.number(),
  errors: z.number(),
  timeouts: z.number(),
});

/** What a cache knows about itself: `CacheSnapshot` of @ballast/cache. */
export const cacheReport = z
  .object({
    name: z.string(),
    enabled: z.boolean(),
    hits: z.object({ memory: z.number(), redis: z.number() }),
    misses: z.number(),
    staleServed: z.number(),
    rejectedEntries: z.number(),
    rejectedInputs: z.number(),
    loads: z.object({
      started: z.number(),
      joined: z.number(),
      failed: z.number(),
      inFlight: z.number(),
    }),
    memory: z.object({
      entries: z.number(),
      bytes: z.number(),
      maxEntries: z.number(),
      maxBytes: z.number(),
    }),
    redis: redisReport.exactOptional(),
  })
  .meta({ id: 'CacheReport' });

/** The flags as they are in force, and why the file was rejected as it is now. */
export const flagsReport = z
  .object({ values: z.record(z.string(), z.boolean()), problem: z.string().exactOptional() })
  .meta({ id: 'FlagsReport' });

/** What `GET /resilience` answers. */
export const resilienceReport = z
  .object({
    service: z.string(),
    at: z.string().describe('When it was so, as an ISO 8601 date'),
    dependencies: z.array(dependencyReport),
    admission: shedderReport.exactOptional(),
    cache: z.array(cacheReport),
    flags: flagsReport.exactOptional(),
  })
  .meta({ id: 'ResilienceReport', description: 'The state of every policy of a service.' });

export type DependencyReport = z.output<typeof dependencyReport>;
export type ShedderReport = z.output<typeof shedderReport>;
export type CacheReport = z.output<typeof cacheReport>;
export type FlagsReport = z.output<typeof flagsReport>;
export type ResilienceReport = z.output<typeof resilienceReport>;
