import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CacheSettings } from '../src/cache-options.ts';
import { createCache } from '../src/create-cache.ts';
import { connectRedis } from '../src/redis/connect-redis.ts';
import { offer } from './cache-fixture.ts';
import { hasRedisServer, RealRedis } from './real-redis.ts';

const server = await RealRedis.onFreePort();
const primary = await RealRedis.onFreePort();
const closers: (() => void)[] = [];

/** Patient with Redis unless a test is about impatience: a busy machine is no fault. */
function replica({ redisTimeoutMs = 2000, ...options }: Partial<CacheSettings> = {}) {
  const redis = connectRedis(server.url, { silenceTimeoutMs: 500 });
  const settings = { redisTimeoutMs, redisOpenMs: 100, redisMaxOpenMs: 200, ...options };
  const cache = createCache({ name: 'offers', schema: offer, redis, ...settings });
  closers.push(() => {
    cache.close();
    redis.disconnect();
  });
  const redisState = () => cache.snapshot().redis;
  const isReady = () => expect.poll(() => redisState()?.status, { timeout: 10_000 }).toBe('ready');
  return { cache, redis, redisState, isReady };
}

/** Stored by one replica, wanted by another: only Redis can answer. */
async function isShared(): Promise<boolean> {
  const [writer, reader] = [replica(), replica()];
  await Promise.all([writer.isReady(), reader.isReady()]);
  await writer.cache.set('shared', { sku: 'x' });
  return (await reader.cache.get('shared')) !== undefined;
}

describe.skipIf(!hasRedisServer)('a real Redis (skipped where redis-server is not on the PATH)', () => {
  beforeAll(() => server.start());
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  afterAll(() => Promise.all([server.kill(), primary.kill()]));

  it('carries entries from one replica to another', async () => {
    await expect(isShared()).resolves.toBe(true);
  });

  it('lets one of many replicas refresh a key for all', async () => {
    let loads = 0;
    const load = async () => {
      loads += 1;
      return { sku: String(loads) };
    };
    const many = Array.from({ length: 8 }, () => replica({ ttlMs: 50, ttlJitterRatio: 0 }));
    await Promise.all(many.map(({ isReady }) => isReady()));
    await many[0]?.cache.fetch('hot', load);
    await Promise.all(many.map(({ cache }) => cache.fetch('hot', load)));
    await delay(100);
    await Promise.all(many.map(({ cache }) => cache.fetch('hot', load)));
    await expect.poll(() => many.every(({ cache }) => cache.snapshot().loads.inFlight === 0)).toBe(true);
    expect(loads).toBe(2);
  });

  it('deletes what somebody else put under our key, of any type', async () => {
    const { cache, redis, isReady } = replica();
    await isReady();
    await redis.flushall();
    await cache.set('a', { sku: 'x' });
    const [key] = await redis.keys('ballast:offers:*');
    for (const plant of [() => redis.set(`${key}`, 'garbage'), () => redis.lpush(`${key}`, 'garbage')]) {
      await redis.del(`${key}`);
      await plant();
      const reader = replica();
      await reader.isReady();
      await expect(reader.cache.get('a')).resolves.toBeUndefined();
      expect(await redis.exists(`${key}`)).toBe(0);
      expect(reader.cache.snapshot().rejectedEntries).toBe(1);
    }
  });

  it('is bypassed while it is paused, at no more than its own timeout, and used again afterwards', async () => {
    const { cache, redisState, isReady } = replica({ redisTimeoutMs: 30 });
    await isReady();
    await server.command('CLIENT', 'PAUSE', '1000', 'ALL');
    for (let i = 0; i < 200; i++) {
      await expect(cache.fetch(`key-${i}`, async () => ({ sku: 'live' }))).resolves.toMatchObject({
        source: 'live',
      });
    }
    // The first five and a few probes of each kind; without a breaker it would be 400.
    expect(redisState()?.timeouts).toBeLessThan(100);
    expect(redisState()?.bypassed).toBeGreaterThan(100);
    await expect.poll(isShared, { timeout: 10_000 }).toBe(true);
  });

  it('is bypassed while its process is stopped, and used again when it continues', async () => {
    const { cache, redisState, isReady } = replica({ redisTimeoutMs: 30 });
    await isReady();
    server.suspend();
    for (let i = 0; i < 200; i++) await cache.get(`miss-${i}`);
    expect(redisState()?.timeouts).toBeLessThan(100);
    server.resume();
    await expect.poll(isShared, { timeout: 10_000 }).toBe(true);
  });

  it('goes on serving reads while it is out of memory', async () => {
    const reader = replica();
    await replica().isReady();
    await expect(isShared()).resolves.toBe(true);
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    const writer = replica();
    await Promise.all([writer.isReady(), reader.isReady()]);
    for (let i = 0; i < 20; i++) await writer.cache.set(`key-${i}`, { sku: 'x' });
    expect(writer.redisState()?.errors).toBeGreaterThanOrEqual(5);
    expect(writer.redisState()?.breakers).toEqual({ read: 'closed', write: 'open' });
    await expect(reader.cache.get('shared')).resolves.toBeDefined();
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await expect.poll(isShared, { timeout: 10_000 }).toBe(true);
  });

  it('goes on without its writes while it is a read-only replica', async () => {
    await primary.start();
    const writer = replica();
    await writer.isReady();
    await server.command('REPLICAOF', '127.0.0.1', primary.port);
    for (let i = 0; i < 20; i++) await writer.cache.set(`key-${i}`, { sku: 'x' });
    await expect(writer.cache.get('key-19')).resolves.toBeDefined();
    expect(writer.redisState()?.errors).toBeGreaterThan(0);
    await server.command('REPLICAOF', 'NO', 'ONE');
    await expect.poll(isShared, { timeout: 10_000 }).toBe(true);
  });

  it('may be killed under load: no call fails, and the next process is used', async () => {
    const { cache, isReady } = replica();
    await isReady();
    const calls = Array.from({ length: 500 }, (_, i) => cache.fetch(`k${i}`, async () => ({ sku: `${i}` })));
    await server.kill();
    const answers = await Promise.all(calls);
    expect(answers.map((answer) => answer.value.sku)).toEqual(answers.map((_, i) => `${i}`));
    await server.start();
    await expect.poll(isShared, { timeout: 10_000 }).toBe(true);
  });
});
