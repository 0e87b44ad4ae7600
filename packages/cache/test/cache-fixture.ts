import { ManualClock } from '@ballast/resilience/testing';
import { z } from 'zod';
import type { CacheEvent } from '../src/cache-events.ts';
import type { CacheOptions } from '../src/cache-options.ts';
import { createCache } from '../src/create-cache.ts';
import { FakeRedis } from './fake-redis.ts';

export const offer = z.strictObject({ sku: z.string() });
export type Offer = z.infer<typeof offer>;

/** ttl 1 s, revalidated for 1 s more, stale for 10 s, no jitter unless a test asks for it. */
export function offerCache(options: Partial<CacheOptions<Offer>> = {}) {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock();
  const events: CacheEvent[] = [];
  const cache = createCache({
    name: 'offers',
    schema: offer,
    ttlMs: 1000,
    ttlJitterRatio: 0,
    revalidateMs: 1000,
    maxStaleMs: 10_000,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
    clock,
  });
  return { cache, clock, events };
}

/** Two replicas: a memory tier each, one Redis, one time. */
export function replicas(options: Partial<CacheOptions<Offer>> = {}) {
  const redis = new FakeRedis();
  const clock = new ManualClock();
  const first = offerCache({ redis, clock, ...options }).cache;
  const second = offerCache({ redis, clock, ...options }).cache;
  return { redis, clock, first, second };
}

/** A loader whose answers are settled by hand. */
export function manualLoad() {
  const pending: PromiseWithResolvers<Offer>[] = [];
  const signals: AbortSignal[] = [];
  const load = (signal: AbortSignal) => {
    signals.push(signal);
    const next = Promise.withResolvers<Offer>();
    pending.push(next);
    return next.promise;
  };
  const take = () => {
    const next = pending.shift();
    if (!next) throw new Error('nothing is loading');
    return next;
  };
  return { load, take, signals, count: () => signals.length };
}
