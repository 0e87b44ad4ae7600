import { describe, expect, test } from 'vitest';
import { type Offer, offerCache } from '../cache-fixture.ts';
import { FakeRedis } from '../fake-redis.ts';

// opossum#540 and RFC 5861, 4: stale answers are for 500, 502, 503 and 504, not for a 404 or a 403.

const failing = (hints: object) => async (): Promise<Offer> => {
  throw Object.assign(new Error('no answer'), hints);
};

/** A cache with an entry that is stale, or just due for a refresh. */
async function aged(ageMs: number) {
  const tools = offerCache();
  await tools.cache.set('a', { sku: 'old' });
  await tools.clock.advance(ageMs);
  return tools;
}

const faults = [
  { isFailure: false },
  { isFailure: false, status: 404 },
  { isFailure: false, status: 403 },
  { isFailure: false, status: 410 },
  { verdict: 'caller', status: 400 },
];
const outages = [
  {},
  { isFailure: true },
  { verdict: 'failure' },
  { verdict: 'busy' },
  { status: 503, retryAfterMs: 2000 },
];

describe('cache.fetch', () => {
  test.each(faults)("hands on a caller's fault and serves no older answer: %j", async (hints) => {
    const { cache } = await aged(5000);
    await expect(cache.fetch('a', failing(hints))).rejects.toMatchObject(hints);
  });

  test.each(outages)('serves the older answer in an outage: %j', async (hints) => {
    const { cache } = await aged(5000);
    expect(await cache.fetch('a', failing(hints))).toMatchObject({ source: 'cached', value: { sku: 'old' } });
  });

  test.each(faults)(
    'does not wait a while before it asks again, since nothing is down: %j',
    async (hints) => {
      const { cache } = await aged(5000);
      await cache.fetch('a', failing(hints)).catch(() => {});
      expect(await cache.fetch('a', async () => ({ sku: 'new' }))).toMatchObject({ source: 'live' });
    },
  );

  test('forgets nothing for it: an outage afterwards is answered with the older answer', async () => {
    const { cache } = await aged(5000);
    await cache.fetch('a', failing({ isFailure: false })).catch(() => {});
    expect(await cache.fetch('a', failing({}))).toMatchObject({ source: 'cached' });
  });

  test('whose refresh in the background meets it serves the entry no longer', async () => {
    const { cache } = await aged(1500);
    const gone = failing({ isFailure: false, status: 410 });
    expect(await cache.fetch('a', gone)).toMatchObject({ source: 'cached' });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(cache.fetch('a', gone)).rejects.toMatchObject({ status: 410 });
  });

  test.each([
    [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    [{ cause: Object.assign(new Error('connect'), { code: 'ECONNRESET' }) }, 'ECONNRESET'],
    [{ status: 500 }, 'E_HTTP_500'],
  ])('tells the stable code of why it is not live, from the chain of causes: %#', async (hints, reason) => {
    const { cache } = await aged(5000);
    expect((await cache.fetch('a', failing(hints))).reason).toBe(reason);
  });

  test('keeps the error as the cause of a stale answer', async () => {
    const { cache } = await aged(5000);
    const error = new Error('down');
    const answer = await cache.fetch('a', async () => Promise.reject(error));
    expect((answer as { cause?: unknown }).cause).toBe(error);
    expect(Object.keys(answer)).not.toContain('cause');
  });
});

describe('a dependency that is busy', () => {
  const busy = failing({ status: 503, retryAfterMs: 4000 });

  test('is not asked again before the time it has told', async () => {
    const { cache, clock } = await aged(5000);
    await cache.fetch('a', busy);
    await clock.advance(3900);
    expect(await cache.fetch('a', async () => ({ sku: 'new' }))).toMatchObject({ source: 'cached' });
    await clock.advance(100);
    expect(await cache.fetch('a', async () => ({ sku: 'new' }))).toMatchObject({ source: 'live' });
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '4', 0])(
    'is asked again after refreshRetryMs when it tells %j',
    async (retryAfterMs) => {
      const { cache, clock } = await aged(5000);
      await cache.fetch('a', failing({ retryAfterMs }));
      await clock.advance(1000);
      expect(await cache.fetch('a', async () => ({ sku: 'new' }))).toMatchObject({ source: 'live' });
    },
  );
});

test('jitter does not make an entry fresh again that its source has taken back', async () => {
  let chance = 1;
  const { cache, clock } = offerCache({ redis: new FakeRedis(), ttlJitterRatio: 0.5, random: () => chance });
  await cache.set('a', { sku: 'old' });
  await clock.advance(600);
  const gone = failing({ verdict: 'caller' });
  await cache.fetch('a', gone);
  await new Promise((resolve) => setImmediate(resolve));
  chance = 0;
  await expect(cache.fetch('a', gone)).rejects.toMatchObject({ verdict: 'caller' });
});
