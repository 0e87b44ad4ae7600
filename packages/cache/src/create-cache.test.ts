import { settled } from '@ballast/resilience/testing';
import { describe, expect, it, vi } from 'vitest';
import { offerCache, replicas } from '../test/cache-fixture.ts';
import { FakeRedis } from '../test/fake-redis.ts';
import { hashKey } from './cache-key.ts';
import { InvalidOptionError } from './index.ts';

const redisKey = (key: string, version = 1) => `ballast:offers:v${version}:${hashKey(key)}`;

describe('get and set', () => {
  it('returns what was set, with its age', async () => {
    const { cache, clock } = offerCache();
    await cache.set('a', { sku: 'x' });
    await clock.advance(4200);
    await expect(cache.get('a')).resolves.toEqual({ value: { sku: 'x' }, ageMs: 4200 });
  });

  it('serves an entry until ttlMs + maxStaleMs and not a millisecond longer', async () => {
    const { cache, clock } = offerCache();
    await cache.set('a', { sku: 'x' });
    await clock.advance(11_000);
    await expect(cache.get('a')).resolves.toMatchObject({ ageMs: 11_000 });
    await clock.advance(1);
    await expect(cache.get('a')).resolves.toBeUndefined();
    expect(cache.snapshot().memory.entries).toBe(0);
  });

  it('never keeps a value that does not match the schema, nor one that is not JSON', async () => {
    const redis = new FakeRedis();
    const { cache } = offerCache({ redis });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const garbage of [{ sku: 7 }, 'garbage', null, undefined, cycle, 1n, () => {}]) {
      await cache.set('a', garbage as never);
    }
    await expect(cache.get('a')).resolves.toBeUndefined();
    expect(redis.sent.writes).toBe(0);
    expect(cache.snapshot().rejectedInputs).toBe(7);
  });

  it('keeps the last good answer when garbage follows it', async () => {
    const { cache } = offerCache();
    await cache.set('a', { sku: 'good' });
    await cache.set('a', { sku: 7 } as never);
    await expect(cache.get('a')).resolves.toMatchObject({ value: { sku: 'good' } });
  });

  it('shares a frozen copy, so no caller can change what the others get', async () => {
    const { cache } = offerCache();
    const mine = { sku: 'x' };
    await cache.set('a', mine);
    mine.sku = 'changed';
    const got = await cache.get('a');
    expect(got?.value).toEqual({ sku: 'x' });
    expect(() => Object.assign(got?.value ?? {}, { sku: 'changed' })).toThrow(TypeError);
  });

  it.each([
    { key: '', why: 'empty' },
    { key: 'k'.repeat(513), why: 'too long' },
    { key: '\ud800', why: 'not well-formed' },
    { key: 7 as never, why: 'not a string' },
  ])('caches nothing under a key that is $why', async ({ key }) => {
    const { cache } = offerCache();
    await cache.set(key, { sku: 'x' });
    await expect(cache.get(key)).resolves.toBeUndefined();
    await expect(cache.fetch(key, async () => ({ sku: 'live' }))).resolves.toMatchObject({ source: 'live' });
    expect(cache.snapshot()).toMatchObject({ memory: { entries: 0 }, rejectedInputs: 3 });
  });

  it('keeps no value above maxValueBytes', async () => {
    const { cache } = offerCache({ maxValueBytes: 20 });
    await cache.set('small', { sku: '123456789' });
    await cache.set('large', { sku: '12345678901' });
    expect(cache.snapshot()).toMatchObject({ memory: { entries: 1 }, rejectedInputs: 1 });
  });

  it('stays within maxEntries and maxBytes, dropping what was used longest ago', async () => {
    const { cache } = offerCache({ maxEntries: 100, maxBytes: 200 });
    for (let i = 100; i < 1000; i++) await cache.set(`${i}`, { sku: 'x' });
    const { entries, bytes } = cache.snapshot().memory;
    expect({ entries, bytes }).toEqual({ entries: 14, bytes: 196 });
    await expect(cache.get('999')).resolves.toBeDefined();
    await expect(cache.get('100')).resolves.toBeUndefined();
  });

  it('reads and writes nothing while it is off', async () => {
    const { cache } = offerCache();
    await cache.set('a', { sku: 'x' });
    cache.configure({ enabled: false });
    await expect(cache.get('a')).resolves.toBeUndefined();
    await cache.set('a', { sku: 'newer' });
    cache.configure({ enabled: true });
    await expect(cache.get('a')).resolves.toMatchObject({ value: { sku: 'x' } });
  });
});

describe('two tiers', () => {
  it('serves from Redis what another replica stored, then from its own memory', async () => {
    const { first, second, redis, clock } = replicas();
    await first.set('a', { sku: 'x' });
    await clock.advance(500);
    await expect(second.get('a')).resolves.toEqual({ value: { sku: 'x' }, ageMs: 500 });
    await second.get('a');
    expect(redis.sent.reads).toBe(1);
    expect(second.snapshot().hits).toEqual({ memory: 1, redis: 1 });
  });

  it('lets Redis forget an entry when nobody may serve it any more', async () => {
    const { first, redis } = replicas();
    await first.set('a', { sku: 'x' });
    expect(redis.ttlsMs.get(redisKey('a'))).toBe(11_000);
  });

  it('asks Redis once for a thousand callers that miss together', async () => {
    const { first, second, redis } = replicas();
    await first.set('a', { sku: 'x' });
    await Promise.all(Array.from({ length: 1000 }, () => second.get('a')));
    expect(redis.sent.reads).toBe(1);
  });

  it('shows no key in Redis, only its hash', async () => {
    const { first, redis } = replicas();
    await first.set('alice@example.org', { sku: 'x' });
    expect(JSON.stringify([...redis.data])).not.toContain('alice');
  });

  it.each([
    ['not-json', 'garbage'],
    ['foreign-envelope', '{"some":"thing"}'],
    ['oversized', JSON.stringify('x'.repeat(100_000))],
    ['schema', (sealed: string) => sealed.replace('"x"', '7')],
    ['other-key', (sealed: string) => sealed.replace(/"k":"./, '"k":"')],
  ])('deletes an entry that is %s and never serves it', async (reason, damage) => {
    const { first, redis } = replicas();
    await first.set('a', { sku: 'x' });
    const sealed = redis.data.get(redisKey('a')) ?? '';
    redis.data.set(redisKey('a'), typeof damage === 'string' ? damage : damage(sealed));
    const { cache, events } = offerCache({ redis });
    await expect(cache.get('a')).resolves.toBeUndefined();
    expect(redis.data.size).toBe(0);
    expect(events).toMatchObject([{ type: 'entry.rejected', reason }]);
    expect(cache.snapshot().rejectedEntries).toBe(1);
  });

  it('keeps the entries of another version of the schema apart', async () => {
    const redis = new FakeRedis();
    await offerCache({ redis }).cache.set('a', { sku: 'old' });
    const { cache } = offerCache({ redis, version: 2 });
    await expect(cache.get('a')).resolves.toBeUndefined();
    expect(redis.data.has(redisKey('a'))).toBe(true);
  });

  it('freezes what it read from Redis as well', async () => {
    const { first, second } = replicas();
    await first.set('a', { sku: 'x' });
    expect(Object.isFrozen((await second.get('a'))?.value)).toBe(true);
  });

  it('finds what was stored while Redis had no answer yet', async () => {
    const redis = new FakeRedis();
    redis.reads = 'hanging';
    const { cache } = offerCache({ redis });
    const missed = cache.get('a');
    await settled();
    redis.writes = 'hanging';
    cache.set('a', { sku: 'x' });
    redis.releaseHanging();
    await expect(missed).resolves.toMatchObject({ value: { sku: 'x' } });
  });

  it('does not let a slow Redis put an older answer over a newer one', async () => {
    const { first, second, redis, clock } = replicas();
    await first.set('a', { sku: 'old' });
    redis.reads = 'hanging';
    const slowRead = second.get('a');
    await clock.advance(10);
    redis.writes = 'hanging';
    second.set('a', { sku: 'new' });
    redis.releaseHanging();
    await expect(slowRead).resolves.toMatchObject({ value: { sku: 'new' } });
    await expect(second.get('a')).resolves.toMatchObject({ value: { sku: 'new' } });
  });

  it.each([['down'], ['hanging'], ['failing']])(
    'keeps answering from memory while Redis is %s',
    async (fault) => {
      const { first, redis, clock } = replicas();
      if (fault === 'down') redis.status = 'reconnecting';
      if (fault === 'hanging') redis.reads = redis.writes = 'hanging';
      if (fault === 'failing') redis.reads = redis.writes = { reply: 'ERR down' };
      const stored = first.set('a', { sku: 'x' });
      await expect(first.get('a')).resolves.toMatchObject({ value: { sku: 'x' } });
      await clock.advance(50);
      await stored;
      const missed = first.get('b');
      await clock.advance(50);
      await expect(missed).resolves.toBeUndefined();
    },
  );
});

describe('dependencies', () => {
  it('are the guards before the reads and the writes of Redis, to be observed like others', async () => {
    const { cache } = offerCache({ redis: new FakeRedis() });
    const [reads, writes] = cache.dependencies;
    const heard: string[] = [];
    writes?.onEvent(({ dependency, type }) => heard.push(`${dependency} ${type}`));
    await cache.set('a', { sku: 'x' });
    expect(heard).toEqual(['redis:offers:write attempt', 'redis:offers:write call.end']);
    expect(reads?.snapshot()).toMatchObject({ name: 'redis:offers:read', calls: { total: 0 } });
  });

  it('are none without Redis', () => {
    expect(offerCache().cache.dependencies).toEqual([]);
  });
});

describe('options', () => {
  it.each([
    [{ name: 'Not A Name' }, 'name must be 1..64 of a-z 0-9 -, received "Not A Name"'],
    [{ schema: undefined as never }, 'schema must be a zod schema, received undefined'],
    [{ ttlMs: 0 }, 'ttlMs must be an integer from 1 to 2147483647, received 0'],
    [{ ttlMs: 1.5 }, 'ttlMs must be an integer from 1 to 2147483647, received 1.5'],
    [{ ttlJitterRatio: 2 }, 'ttlJitterRatio must be a number from 0 to 1, received 2'],
    [{ redisTimeoutMs: Number.NaN }, 'redisTimeoutMs must be an integer from 1 to 2147483647, received NaN'],
    [{ redisOpenMs: 10, redisMaxOpenMs: 5 }, 'redisMaxOpenMs must be >= redisOpenMs (10), received 5'],
  ])('rejects %j, naming option, expectation and value', (options, message) => {
    expect(() => offerCache(options)).toThrow(InvalidOptionError);
    expect(() => offerCache(options)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', message: `createCache: ${message}` }),
    );
  });

  it('turns a throwing listener into a warning', async () => {
    const redis = new FakeRedis();
    redis.data.set(redisKey('a'), 'garbage');
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const bug = new Error('listener bug');
    const onEvent = () => {
      throw bug;
    };
    await expect(offerCache({ redis, onEvent }).cache.get('a')).resolves.toBeUndefined();
    expect(warn).toHaveBeenCalledExactlyOnceWith(bug);
    warn.mockRestore();
  });
});
