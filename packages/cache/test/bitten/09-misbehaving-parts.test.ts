import { runInNewContext } from 'node:vm';
import { unhandledIn } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type CacheOptions, createCache, type RedisClient } from '../../src/index.ts';
import { type Offer, offerCache } from '../cache-fixture.ts';
import { FakeRedis } from '../fake-redis.ts';

// Whatever a schema, a loader, a signal, a source of chance or a Redis client does: no process ends, no call hangs,
// `get` and `set` never reject, and `fetch` answers or rejects with the error of the loader.

const fail = (): never => {
  throw new Error('of the user');
};
const rejecting = async (): Promise<never> => fail();
const otherRealm = (): unknown => runInNewContext('Promise.reject(new Error("of another realm"))');
// biome-ignore lint/suspicious/noThenProperty: the subject of the test
const brokenThenable = () => ({ then: fail });
const brokenPromise = () => {
  const promise = rejecting();
  promise.catch(() => {});
  return Object.defineProperty(promise, 'constructor', { get: fail });
};
const hostile = (): object => new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
const strangeErrors: [string, unknown][] = [
  ['null', null],
  ['undefined', undefined],
  ['an object without a prototype', Object.create(null)],
  ['an error whose message throws', Object.defineProperty(new Error('strange'), 'message', { get: fail })],
  ['a proxy that throws at everything', hostile()],
];

/** What any caller does with a cache: none of it may reject. */
async function used(options: Partial<CacheOptions<Offer>>) {
  const { cache, clock } = offerCache(options);
  const found: unknown[] = [];
  const live = { sku: 'live' };
  const reasons = await unhandledIn(async () => {
    await cache.set('a', { sku: 'old' });
    found.push(await cache.get('a'), await cache.get('b'));
    await clock.advance(1500);
    found.push(await cache.fetch('a', async () => live).catch((error: Error) => error.name));
    await clock.advance(1500);
    found.push(await cache.fetch('c', async () => live).catch((error: Error) => error.name));
    cache.snapshot();
    cache.close();
    for (let turn = 0; turn < 5; turn++) await clock.advance(100);
  });
  return { found, reasons };
}

/** A client of another make: it answers at once, without promises. */
class SynchronousRedis {
  status = 'wait';
  readonly data = new Map<string, string>();
  connect() {
    this.status = 'ready';
  }
  getrange(key: string) {
    return this.data.get(key) ?? '';
  }
  set(key: string, value: string, _unit: string, _ttlMs: number, onlyIf?: 'NX') {
    if (onlyIf && this.data.has(key)) return null;
    this.data.set(key, value);
    return 'OK';
  }
  unlink(key: string) {
    return this.data.delete(key) ? 1 : 0;
  }
}

test('a synchronous Redis client is used like any other', async () => {
  const redis = new SynchronousRedis() as unknown as RedisClient;
  const first = offerCache({ redis });
  const second = offerCache({ redis });
  await first.cache.set('a', { sku: 'shared' });
  expect((await second.cache.get('a'))?.value).toEqual({ sku: 'shared' });
  expect(first.cache.snapshot().redis).toMatchObject({ status: 'ready', errors: 0 });
});

const clients: [string, Partial<Record<keyof RedisClient, unknown>>][] = [
  ['connects by throwing', { status: 'wait', connect: fail }],
  ['connects by a rejection of another realm', { status: 'wait', connect: otherRealm }],
  ['connects by a broken thenable', { status: 'wait', connect: brokenThenable }],
  ['connects by a broken promise', { status: 'wait', connect: brokenPromise }],
  ['reads by throwing', { getrange: fail }],
  ['reads by a rejection of another realm', { getrange: otherRealm }],
  ['reads by a broken thenable', { getrange: brokenThenable }],
  ['reads by a broken promise', { getrange: brokenPromise }],
  ...[undefined, null, 7, {}, [], true, Buffer.from('{}'), Symbol('x'), 7n, hostile()].map(
    (answer): [string, object] => [
      `reads ${typeof answer} ${answer === null ? 'null' : ''}`,
      { getrange: () => answer },
    ],
  ),
  ['writes and removes by throwing', { set: fail, unlink: fail }],
  ['writes and removes by a rejection of another realm', { set: otherRealm, unlink: otherRealm }],
  ['writes and removes by a broken thenable', { set: brokenThenable, unlink: brokenThenable }],
  ...strangeErrors.map(([name, error]): [string, object] => {
    const reject = async () => Promise.reject(error);
    return [`rejects with ${name}`, { getrange: reject, set: reject, unlink: reject, connect: reject }];
  }),
];

test.each(clients)('a Redis client that %s is an outage like another', async (_, methods) => {
  const { found, reasons } = await used({ redis: Object.assign(new FakeRedis(), methods) as never });
  expect(reasons).toEqual([]);
  expect(found).toMatchObject([
    { value: { sku: 'old' } },
    undefined,
    { source: 'cached' },
    { source: 'live' },
  ]);
});

test('a Redis client whose status throws counts as not connected', async () => {
  const redis = Object.defineProperty(new FakeRedis(), 'status', { get: fail });
  const { found, reasons } = await used({ redis });
  expect(reasons).toEqual([]);
  expect(found).toMatchObject([{ value: { sku: 'old' } }, undefined, {}, { source: 'live' }]);
});

const schemas: [string, unknown][] = [
  ['throws', { safeParse: fail }],
  ['rejects', { safeParse: rejecting }],
  ['rejects in another realm', { safeParse: otherRealm }],
  ['gives nothing', { safeParse: () => undefined }],
  ['gives a proxy that throws', { safeParse: hostile }],
  ['gives success without data', { safeParse: () => ({ success: true }) }],
  [
    'gives data that throws',
    { safeParse: () => Object.defineProperty({ success: true }, 'data', { get: fail }) },
  ],
  [
    'gives data with a getter that throws',
    {
      safeParse: () => ({
        success: true,
        data: Object.defineProperty({}, 'sku', { get: fail, enumerable: true }),
      }),
    },
  ],
  ['gives a rejecting promise as data', { safeParse: () => ({ success: true, data: rejecting() }) }],
  ['gives a rejecting promise inside', { safeParse: () => ({ success: true, data: { sku: rejecting() } }) }],
  ['gives a function', { safeParse: () => ({ success: true, data: () => 7 }) }],
  ['gives a symbol', { safeParse: () => ({ success: true, data: Symbol('x') }) }],
  ['refines by a promise that rejects', z.string().refine((() => rejecting()) as never)],
  [
    'refines a field by a promise that rejects',
    z.object({ sku: z.string().refine((() => rejecting()) as never) }),
  ],
  ['checks by a promise that rejects', z.object({ sku: z.string() }).check((() => rejecting()) as never)],
  [
    'overwrites by a promise that rejects',
    z.object({ sku: z.string().overwrite((() => rejecting()) as never) }),
  ],
  ['has a default that throws', z.object({ sku: z.string(), at: z.string().default(fail) })],
  ['catches by throwing', z.object({ sku: z.number().catch(fail) })],
];

test.each(schemas)('with a schema that %s no value is cached, and nothing ends', async (_, schema) => {
  const { found, reasons } = await used({ schema: schema as never });
  expect(reasons).toEqual([]);
  expect(found).toEqual([undefined, undefined, 'CacheInvalidValueError', 'CacheInvalidValueError']);
});

test.each(schemas)('with a schema that %s no entry of Redis is served', async (_, schema) => {
  const redis = new FakeRedis();
  const { cache } = offerCache({ redis });
  await cache.set('a', { sku: 'shared' });
  const reader = offerCache({ redis, schema: schema as never });
  expect(await unhandledIn(async () => expect(await reader.cache.get('a')).toBeUndefined())).toEqual([]);
});

test('an entry of Redis that is nested too deeply is rejected', async () => {
  const redis = new FakeRedis();
  const schema = z.unknown();
  const deep = createCache({ name: 'deep', schema, redis, maxValueBytes: 10_000_000 });
  await deep.set('a', 'shallow');
  const [key, text] = [...redis.data][0] as [string, string];
  redis.data.set(key, text.replace('"shallow"', '['.repeat(200_000) + ']'.repeat(200_000)));
  const reader = createCache({ name: 'deep', schema, redis, maxValueBytes: 10_000_000 });
  await expect(reader.get('a')).resolves.toBeUndefined();
  expect(reader.snapshot().rejectedEntries).toBe(1);
});

const loads: [string, () => unknown][] = [
  ['throws', fail],
  ['rejects in another realm', otherRealm],
  ['gives a broken thenable', brokenThenable],
  ['gives a broken promise', brokenPromise],
  ['gives a proxy that throws at everything', hostile],
  ['gives a value that throws as JSON', () => ({ toJSON: fail })],
  [
    'gives a value with a getter that throws',
    () => Object.defineProperty({}, 'sku', { get: fail, enumerable: true }),
  ],
  [
    'gives a value that contains itself',
    () => {
      const it: { it?: object } = {};
      it.it = it;
      return it;
    },
  ],
  ...strangeErrors.map(([name, error]): [string, () => unknown] => [
    `rejects with ${name}`,
    () => Promise.reject(error),
  ]),
];

test.each(loads)('a load that %s is a failed one', async (_, load) => {
  const { cache, clock } = offerCache();
  const reasons = await unhandledIn(async () => {
    await expect(
      Promise.resolve(cache.fetch('b', load as never)).then(
        () => 'value',
        () => 'rejected',
      ),
    ).resolves.toBe('rejected');
    await cache.set('a', { sku: 'old' });
    await clock.advance(1500);
    expect(await cache.fetch('a', load as never)).toMatchObject({ source: 'cached' });
    await clock.advance(5000);
    const answer = await cache.fetch('a', load as never);
    expect(answer).toMatchObject({ source: 'cached', value: { sku: 'old' } });
    expect(typeof answer.reason).toBe('string');
    expect(await cache.fetch('b', async () => ({ sku: 'next' }))).toMatchObject({ source: 'live' });
  });
  expect(reasons).toEqual([]);
});

test('a load that never settles holds its key no longer than its time', async () => {
  const { cache, clock } = offerCache();
  const hung = cache.fetch('a', () => new Promise(() => {})).catch((error) => error.code);
  await clock.advance(5000);
  expect(await hung).toBe('E_CACHE_LOAD_TIMEOUT');
  expect(await cache.fetch('a', async () => ({ sku: 'next' }))).toMatchObject({ source: 'live' });
});

test('a load that asks for its own key ends by its time', async () => {
  const { cache, clock } = offerCache();
  const load = async (): Promise<Offer> => (await cache.fetch('a', load)).value;
  const hung = cache.fetch('a', load).catch((error) => error.code);
  await clock.advance(5000);
  expect(await hung).toBe('E_CACHE_LOAD_TIMEOUT');
});

test.each<[string, () => unknown]>([
  ['throws', fail],
  ['rejects', rejecting],
  ['gives NaN', () => Number.NaN],
  ['gives less than 0', () => -7],
  ['gives more than 1', () => 1e9],
  ['gives text', () => 'half'],
  ['gives a symbol', () => Symbol('x')],
  ['gives a rejection of another realm', otherRealm],
])('a random that %s changes no time by more than it may', async (_, random) => {
  const { cache, clock } = offerCache({
    random: random as never,
    ttlJitterRatio: 0.5,
    redis: new FakeRedis(),
  });
  const reasons = await unhandledIn(async () => {
    await cache.set('a', { sku: 'old' });
    await clock.advance(499);
    expect(await cache.fetch('a', fail as never)).toMatchObject({ source: 'cached', ageMs: 499 });
    await clock.advance(2000);
    expect(await cache.fetch('a', fail as never)).toMatchObject({ source: 'cached' });
    await clock.advance(2000);
    expect(await cache.fetch('a', async () => ({ sku: 'new' }))).toMatchObject({ source: 'live' });
  });
  expect(reasons).toEqual([]);
});

test.each<[string, object]>([
  ['can not be listened to', { addEventListener: fail, removeEventListener() {} }],
  ['can not be left', { addEventListener() {}, removeEventListener: fail }],
  [
    'throws when it is asked',
    Object.defineProperty({ addEventListener() {}, removeEventListener() {} }, 'aborted', { get: fail }),
  ],
])('a signal that %s leaves no call unsettled', async (_, signal) => {
  const { cache } = offerCache();
  const reasons = await unhandledIn(async () => {
    const answer = cache.fetch('a', async () => ({ sku: 'x' }), { signal: signal as never });
    await answer.catch(() => {});
  });
  expect(reasons).toEqual([]);
});

test.each<[string, () => unknown]>([
  ['throws', fail],
  ['rejects', rejecting],
  ['rejects in another realm', otherRealm],
  ['gives a broken thenable', brokenThenable],
  ['gives a broken promise', brokenPromise],
  [
    'throws a proxy that throws',
    () => {
      throw hostile();
    },
  ],
  [
    'throws null',
    () => {
      throw null;
    },
  ],
  ['rejects with an object without a prototype', () => Promise.reject(Object.create(null))],
])('an onEvent that %s is heard at every event, and changes nothing', async (_, act) => {
  const redis = new FakeRedis();
  const heard = new Set<string>();
  const onEvent = ({ type }: { type: string }) => {
    heard.add(type);
    return act();
  };
  const { cache, clock } = offerCache({ redis, onEvent: onEvent as never });
  const reasons = await unhandledIn(async () => {
    await cache.set('a', { sku: 'old' });
    for (const key of redis.data.keys()) redis.data.set(key, 'garbage');
    await offerCache({ redis, clock, onEvent: onEvent as never }).cache.get('a');
    redis.reads = { reply: 'ERR' };
    for (let i = 0; i < 10; i++) await cache.get(`key ${i}`);
    await clock.advance(5000);
    expect(await cache.fetch('a', fail as never)).toMatchObject({ source: 'cached' });
  });
  expect(reasons).toEqual([]);
  expect([...heard].sort()).toEqual(['entry.rejected', 'redis.breaker', 'refresh.failed']);
});
