import { z } from 'zod';

const breaker = z.looseObject({
  state: z.enum(['closed', 'half-open', 'open', 'isolated']),
  enabled: z.boolean().optional(),
  retryInMs: z.number().optional(),
});

const dependency = z.looseObject({
  name: z.string(),
  calls: z.looseObject({ live: z.number(), total: z.number() }),
  rejections: z.record(z.string(), z.number()).optional(),
  latencyMs: z
    .looseObject({ p50: z.number().nullish(), p99: z.number().nullish(), count: z.number() })
    .optional(),
  policies: z.looseObject({
    breaker: breaker.optional(),
    bulkhead: z.looseObject({ inFlight: z.number(), queued: z.number(), limit: z.number() }).optional(),
    retry: z
      .looseObject({
        budgetAvailable: z.number(),
        budgetCapacity: z.number(),
        retries: z.number().optional(),
      })
      .optional(),
  }),
});

const cache = z.looseObject({
  name: z.string(),
  redis: z
    .looseObject({
      status: z.string(),
      breakers: z.looseObject({ read: z.string(), write: z.string() }),
      inFlight: z.number(),
      maxConcurrent: z.number(),
    })
    .optional(),
});

/** What the picture needs of `GET /resilience`; all the rest is kept and shown as it came. */
export const resilienceReport = z.looseObject({
  service: z.string(),
  dependencies: z.array(dependency),
  admission: z
    .looseObject({
      inFlight: z.number(),
      admitted: z.record(z.string(), z.number()),
      shed: z.record(z.string(), z.number()),
    })
    .optional(),
  cache: z.array(cache).optional(),
});

export type ResilienceReport = z.output<typeof resilienceReport>;
export type DependencyReport = z.output<typeof dependency>;
