import { ManualClock, settled } from '@ballast/resilience/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualLoad, type Offer, offerCache, replicas } from '../test/cache-fixture.ts';
import { FakeRedis } from '../test/fake-redis.ts';
import { propertyRuns } from '../test/property-runs.ts';

const failing = () => Promise.reject(Object.assign(new Error('down'), { code: 'E_DOWN' }));
const loading = (sku: string) => async () => ({ sku });

describe('fetch', () => {
  it('loads what it does not have and serves it while it is fresh', async () => {
    const { cache, clock } = offerCache();
    const live = await cache.fetch('a', loading('x'));
    expect(live).toEqual({ value: { sku: 'x' }, source: 'live', ageMs: 0 });
    await clock.advance(999);
    const cached = await cache.fetch('a', failing);
    expect(cached).toEqual({ value: { sku: 'x' }, source: 'cached', ageMs: 999 });
  });

  it('runs one load for a thousand callers', async () => {
    const { cache } = offerCache();
    const { load, take, count } = manualLoad();
    const callers = Array.from({ length: 1000 }, () => cache.fetch('a', load));
    await settled();
    take().resolve({ sku: 'x' });
    const answers = await Promise.all(callers);
    expect(count()).toBe(1);
    expect(new Set(answers.map((answer) => answer.value)).size).toBe(1);
    expect(cache.snapshot().loads).toEqual({ started: 1, joined: 999, failed: 0, inFlight: 0 });
  });

  it('serves a stale entry at once and refreshes it behind the caller', async () => {
    const { cache, clock } = offerCache();
    await cache.fetch('a', loading('old'));
    await clock.advance(1500);
    await expect(cache.fetch('a', loading('new'))).resolves.toMatchObject({
      value: { sku: 'old' },
      ageMs: 1500,
    });
    await settled();
    await expect(cache.fetch('a', failing)).resolves.toMatchObject({ value: { sku: 'new' }, ageMs: 0 });
  });

  it('waits for the live answer once the entry is past revalidateMs', async () => {
    const { cache, clock } = offerCache();
    await cache.fetch('a', loading('old'));
    await clock.advance(2000);
    await expect(cache.fetch('a', loading('new'))).resolves.toMatchObject({
      value: { sku: 'new' },
      source: 'live',
    });
  });

  it('serves the stale entry when the load fails, and says why', async () => {
    const { cache, clock } = offerCache();
    await cache.fetch('a', loading('old'));
    await clock.advance(5000);
    const answer = await cache.fetch('a', failing);
    expect(answer).toEqual({ value: { sku: 'old' }, source: 'cached', ageMs: 5000, reason: 'E_DOWN' });
    expect(cache.snapshot()).toMatchObject({ staleServed: 1, loads: { failed: 1 } });
  });

  it('serves the stale entry even when memory dropped it during the load', async () => {
    const { cache, clock } = offerCache({ maxEntries: 1 });
    await cache.fetch('a', loading('old'));
    await clock.advance(5000);
    const { load, take } = manualLoad();
    const answer = cache.fetch('a', load);
    await settled();
    await cache.set('b', { sku: 'other' });
    take().reject(new Error('down'));
    await expect(answer).resolves.toMatchObject({ value: { sku: 'old' }, reason: 'Error' });
  });

  it('passes the error on when there is nothing to serve, or only what is too old', async () => {
    const { cache, clock } = offerCache();
    await expect(cache.fetch('a', failing)).rejects.toThrow('down');
    await cache.fetch('a', loading('old'));
    await clock.advance(11_001);
    await expect(cache.fetch('a', failing)).rejects.toThrow('down');
  });

  it('passes the error on when the entry expires while the load fails', async () => {
    const { cache, clock } = offerCache();
    await cache.fetch('a', loading('old'));
    await clock.advance(10_999);
    const { load, take } = manualLoad();
    const answer = cache.fetch('a', load);
    await clock.advance(10);
    take().reject(new Error('down'));
    await expect(answer).rejects.toThrow('down');
  });

  it('refreshes behind the caller in one replica, and the others get what it stored', async () => {
    const { first, second, clock } = replicas({ refreshRetryMs: 100 });
    await first.fetch('a', loading('old'));
    await second.fetch('a', failing);
    await clock.advance(1500);
    await Promise.all([first.fetch('a', loading('new')), second.fetch('a', loading('new'))]);
    await settled();
    expect(first.snapshot().loads.started + second.snapshot().loads.started).toBe(2);
    await clock.advance(100);
    await second.fetch('a', failing);
    await settled();
    await expect(second.fetch('a', failing)).resolves.toMatchObject({ value: { sku: 'new' } });
    expect(second.snapshot().loads.started).toBe(0);
  });

  it('refreshes in every replica when Redis takes no claims', async () => {
    const { first, second, redis, clock } = replicas();
    await first.fetch('a', loading('old'));
    await second.fetch('a', failing);
    redis.writes = { reply: 'READONLY' };
    await clock.advance(1500);
    await Promise.all([first.fetch('a', loading('new')), second.fetch('a', loading('new'))]);
    await settled();
    expect(second.snapshot().loads.started).toBe(1);
  });

  it('contains a background refresh that fails after its entry has expired', async () => {
    const { cache, clock, events } = offerCache({ revalidateMs: 20_000 });
    await cache.fetch('a', loading('old'));
    await clock.advance(10_999);
    const { load, take } = manualLoad();
    await expect(cache.fetch('a', load)).resolves.toMatchObject({ value: { sku: 'old' } });
    await clock.advance(10);
    take().reject(new Error('down'));
    await settled();
    expect(events).toMatchObject([{ type: 'refresh.failed' }]);
  });

  it('does not let a slow load put an older answer over a newer one, in either tier', async () => {
    const { first, second, clock } = replicas();
    const { load, take } = manualLoad();
    const slow = first.fetch('a', load);
    await clock.advance(10);
    await first.set('a', { sku: 'newer' });
    take().resolve({ sku: 'older' });
    await slow;
    await settled();
    await expect(first.get('a')).resolves.toMatchObject({ value: { sku: 'newer' } });
    await expect(second.get('a')).resolves.toMatchObject({ value: { sku: 'newer' } });
  });

  it('leaves a failing dependency alone for about refreshRetryMs while it has something to serve', async () => {
    const { cache, clock } = offerCache({ refreshRetryMs: 1000 });
    await cache.fetch('a', loading('old'));
    await clock.advance(5000);
    await cache.fetch('a', failing);
    await clock.advance(999);
    await cache.fetch('a', loading('new'));
    expect(cache.snapshot().loads.started).toBe(2);
    await clock.advance(1);
    await expect(cache.fetch('a', loading('new'))).resolves.toMatchObject({ value: { sku: 'new' } });
  });

  it('takes a garbage answer for a failure and keeps the last good one', async () => {
    const { cache, clock } = offerCache();
    const garbage = async () => ({ sku: 7 }) as unknown as Offer;
    await expect(cache.fetch('a', garbage)).rejects.toMatchObject({ code: 'E_CACHE_INVALID_VALUE' });
    await cache.fetch('a', loading('good'));
    await clock.advance(5000);
    const answer = await cache.fetch('a', garbage);
    expect(answer).toMatchObject({ value: { sku: 'good' }, reason: 'E_CACHE_INVALID_VALUE' });
  });

  it('aborts a hung load at loadTimeoutMs and lets the next caller try', async () => {
    const { cache, clock } = offerCache({ loadTimeoutMs: 500 });
    const { load, signals } = manualLoad();
    const hung = cache.fetch('a', load);
    const rejected = expect(hung).rejects.toMatchObject({ code: 'E_CACHE_LOAD_TIMEOUT' });
    await clock.advance(500);
    await rejected;
    expect(signals[0]?.reason).toMatchObject({ code: 'E_CACHE_LOAD_TIMEOUT' });
    await expect(cache.fetch('a', loading('x'))).resolves.toMatchObject({ source: 'live' });
  });

  it('ignores the answer of a load that was given up', async () => {
    const { cache, clock } = offerCache({ loadTimeoutMs: 500 });
    const { load, take } = manualLoad();
    const hung = cache.fetch('a', load).catch(() => {});
    await clock.advance(500);
    await hung;
    take().resolve({ sku: 'late' });
    await settled();
    await expect(cache.get('a')).resolves.toBeUndefined();
  });

  it('releases a caller that gives up, and lets the load go on for the others', async () => {
    const { cache } = offerCache();
    const { load, take, signals } = manualLoad();
    const impatient = new AbortController();
    const first = cache.fetch('a', load, { signal: impatient.signal });
    const second = cache.fetch('a', load);
    await settled();
    impatient.abort(new Error('caller left'));
    await expect(first).rejects.toThrow('caller left');
    expect(signals[0]?.aborted).toBe(false);
    take().resolve({ sku: 'x' });
    await expect(second).resolves.toMatchObject({ value: { sku: 'x' } });
  });

  it('does not start anything for a caller that has left already', async () => {
    const { cache } = offerCache();
    const { load, count } = manualLoad();
    await expect(cache.fetch('a', load, { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow(
      'left',
    );
    expect(count()).toBe(0);
  });

  it('passes on what a load throws synchronously', async () => {
    const { cache } = offerCache();
    const throwing = () => {
      throw new Error('synchronous');
    };
    await expect(cache.fetch('a', throwing)).rejects.toThrow('synchronous');
  });

  it('takes over what another replica refreshed instead of loading again', async () => {
    const { first, second, clock } = replicas();
    await first.fetch('a', loading('old'));
    await second.fetch('a', loading('unused'));
    await clock.advance(5000);
    await first.fetch('a', loading('new'));
    await expect(second.fetch('a', failing)).resolves.toMatchObject({
      value: { sku: 'new' },
      source: 'cached',
    });
    expect(second.snapshot().loads.started).toBe(0);
  });

  it('does not wait for Redis to store what it has loaded', async () => {
    const redis = new FakeRedis();
    redis.writes = 'hanging';
    const { cache } = offerCache({ redis });
    await expect(cache.fetch('a', loading('x'))).resolves.toMatchObject({ source: 'live' });
  });

  it('loads every time, and each caller alone, while it is off', async () => {
    const { cache } = offerCache();
    cache.configure({ enabled: false });
    await Promise.all([cache.fetch('a', loading('1')), cache.fetch('a', loading('2'))]);
    expect(cache.snapshot().loads).toMatchObject({ started: 2, joined: 0 });
  });

  it('aborts running loads when closed', async () => {
    const { cache, clock } = offerCache();
    const { load, take, signals } = manualLoad();
    const finished = cache.fetch('finished', load);
    await settled();
    take().resolve({ sku: 'x' });
    await finished;
    const rejected = expect(cache.fetch('a', load)).rejects.toMatchObject({ code: 'E_CACHE_CLOSED' });
    await settled();
    cache.close();
    await rejected;
    expect(signals.map((signal) => signal.aborted)).toEqual([false, true]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('spreads the end of freshness over the jitter', async () => {
    const refreshedAfterMs = async (random: number) => {
      const { cache, clock } = offerCache({ ttlJitterRatio: 0.2, random: () => random });
      await cache.fetch('a', loading('x'));
      let ageMs = 0;
      for (; cache.snapshot().loads.started === 1; ageMs += 50) {
        await clock.advance(50);
        await cache.fetch('a', loading('x'));
        await settled();
      }
      return ageMs;
    };
    expect(await refreshedAfterMs(0)).toBe(1000);
    expect(await refreshedAfterMs(1)).toBe(800);
  });
});

describe('fetch under random schedules', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('fetch' as const), key: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('settle' as const), fails: fc.boolean() }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(6000) }),
    fc.record({
      kind: fc.constant('redis' as const),
      mood: fc.constantFrom<FakeRedis['reads']>('well', 'hanging'),
    }),
  );

  it('loads a key at most once at a time, never goes back in time, never serves the expired, never hangs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const clock = new ManualClock();
        const redis = new FakeRedis();
        const { cache } = offerCache({ clock, redis, loadTimeoutMs: 3000 });
        const running = new Map<string, PromiseWithResolvers<Offer>>();
        const seen = new Map<string, number>();
        const calls: Promise<void>[] = [];
        let version = 0;
        const load = (key: string) => (signal: AbortSignal) => {
          expect(running.has(key)).toBe(false);
          const settled = Promise.withResolvers<Offer>();
          running.set(key, settled);
          signal.addEventListener('abort', () => running.delete(key));
          return settled.promise;
        };
        const check = (key: string, sku: string, ageMs: number) => {
          expect(ageMs).toBeLessThanOrEqual(11_000);
          seen.set(key, Math.max(seen.get(key) ?? 0, Number(sku)));
        };
        for (const each of steps) {
          if (each.kind === 'fetch') {
            const newestBefore = seen.get(each.key) ?? 0;
            const call = cache.fetch(each.key, load(each.key)).then(
              ({ value, ageMs }) => {
                expect(Number(value.sku)).toBeGreaterThanOrEqual(newestBefore);
                check(each.key, value.sku, ageMs);
              },
              (error) => expect(['down', 'E_CACHE_LOAD_TIMEOUT']).toContain(error.code ?? error.message),
            );
            calls.push(call);
          } else if (each.kind === 'settle') {
            for (const [key, settled] of running) {
              running.delete(key);
              if (each.fails) settled.reject(new Error('down'));
              else settled.resolve({ sku: `${++version}` });
            }
          } else if (each.kind === 'redis') {
            redis.reads = redis.writes = each.mood;
            redis.releaseHanging();
          } else await clock.advance(each.ms);
          await settled();
        }
        await clock.advance(10_000);
        await Promise.all(calls);
        expect(cache.snapshot().loads.inFlight).toBe(0);
      }),
      { numRuns: propertyRuns },
    );
  }, 120_000);
});
