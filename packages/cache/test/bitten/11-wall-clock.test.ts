import { describe, expect, test } from 'vitest';
import { offerCache } from '../cache-fixture.ts';
import { FakeRedis } from '../fake-redis.ts';
import { SteppingClock } from './stepping-clock.ts';

// lru-cache#157: a wall clock that steps back keeps an entry fresh for as long as the step.

const hourMs = 3_600_000;

function stepping(options: object = {}) {
  const clock = new SteppingClock();
  const { cache } = offerCache({ ...options, clock: clock.steady, wallClock: clock });
  return { cache, clock };
}
const live = (sku: string) => async () => ({ sku });

describe('a wall clock that steps back', () => {
  test.each([2000, 60_000, hourMs, 24 * hourMs])(
    'by %d ms keeps no entry fresh past its ttl',
    async (stepMs) => {
      const { cache, clock } = stepping();
      await cache.set('a', { sku: 'old' });
      clock.step(-stepMs);
      // Past the ttl of 1 s and the second for which it is refreshed in the background.
      await clock.advance(2500);
      expect(await cache.fetch('a', live('new'))).toMatchObject({ value: { sku: 'new' }, source: 'live' });
    },
  );

  test.each([hourMs, 24 * hourMs])(
    'by %d ms serves no entry for longer than it may be stale',
    async (stepMs) => {
      const { cache, clock } = stepping();
      await cache.set('a', { sku: 'old' });
      clock.step(-stepMs);
      await clock.advance(11_500);
      expect(await cache.get('a')).toBeUndefined();
    },
  );

  test.each([10, hourMs])('by %d ms drops no newer answer', async (stepMs) => {
    const { cache, clock } = stepping();
    await cache.set('a', { sku: 'old' });
    clock.step(-stepMs);
    await cache.set('a', { sku: 'new' });
    expect((await cache.get('a'))?.value).toEqual({ sku: 'new' });
  });

  test('drops no newer answer of a load', async () => {
    const { cache, clock } = stepping();
    await cache.fetch('a', live('old'));
    clock.step(-hourMs);
    await clock.advance(3000);
    await cache.fetch('a', live('new'));
    expect((await cache.get('a'))?.value).toEqual({ sku: 'new' });
  });

  test('does not stop refreshes for as long as the step', async () => {
    const { cache, clock } = stepping();
    await cache.set('a', { sku: 'old' });
    await clock.advance(3000);
    // A failed refresh: the next is tried after refreshRetryMs, about a second.
    await cache.fetch('a', async () => Promise.reject(new Error('down')));
    clock.step(-hourMs);
    await clock.advance(3000);
    expect(await cache.fetch('a', live('new'))).toMatchObject({ source: 'live' });
  });

  test('tells an age that grows with time', async () => {
    const { cache, clock } = stepping();
    await cache.set('a', { sku: 'old' });
    await clock.advance(500);
    clock.step(-hourMs);
    await clock.advance(200);
    expect((await cache.get('a'))?.ageMs).toBe(700);
  });

  test('lets a newer answer of this process win over the older one in Redis', async () => {
    const redis = new FakeRedis();
    const { cache, clock } = stepping({ redis });
    await cache.set('a', { sku: 'old' });
    clock.step(-30_000);
    await cache.set('a', { sku: 'new' });
    await clock.advance(3000);
    const answer = await cache.fetch('a', async () => Promise.reject(new Error('down')));
    expect(answer.value).toEqual({ sku: 'new' });
  });
});

describe('a wall clock that steps ahead', () => {
  test('expires nothing in memory before its time', async () => {
    const { cache, clock } = stepping();
    await cache.set('a', { sku: 'old' });
    clock.step(hourMs);
    expect(await cache.get('a')).toMatchObject({ value: { sku: 'old' }, ageMs: 0 });
  });
});

describe('a wall clock that steps back while the entry is in Redis as well', () => {
  // Less than the minute that clocks of replicas may differ by, so that the entry in Redis is not from the future.
  test.each([-30_000, -59_000])('by %d ms makes the entry no younger', async (stepMs) => {
    const { cache, clock } = stepping({ redis: new FakeRedis() });
    await cache.set('a', { sku: 'old' });
    clock.step(stepMs);
    await clock.advance(2500);
    const down = async () => Promise.reject(new Error('down'));
    expect(await cache.fetch('a', down)).toMatchObject({ ageMs: 2500, reason: 'Error' });
    await clock.advance(8000);
    expect(await cache.fetch('a', down)).toMatchObject({ ageMs: 10_500, reason: 'Error' });
  });

  test('does not let the entry be served again that its source has taken back', async () => {
    const { cache, clock } = stepping({ redis: new FakeRedis() });
    const gone = async () => Promise.reject(Object.assign(new Error('gone'), { verdict: 'caller' }));
    await cache.set('a', { sku: 'old' });
    await clock.advance(2500);
    await expect(cache.fetch('a', gone)).rejects.toThrow('gone');
    clock.step(-30_000);
    await expect(cache.fetch('a', gone)).rejects.toThrow('gone');
  });
});
