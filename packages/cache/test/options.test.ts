import * as resilience from '@ballast/resilience';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Cache, connectRedis, createCache, InvalidOptionError } from '../src/index.ts';
import { FakeRedis } from './fake-redis.ts';

const url = 'redis://user:secret@127.0.0.1:1';
const required = { name: 'offers', schema: z.string() };
const load = async () => 'live';
const cached = (): Cache<string> => createCache(required);

type Open = (options: never) => unknown;

/** Every function of the package that takes options, called with all that it needs beside them. */
const functions: Record<string, Open> = {
  createCache: (options) => createCache(options),
  connectRedis: (options) => connectRedis(url, options),
  'cache.fetch': (options) => cached().fetch('key', load, options),
  'cache.configure': (options) => cached().configure(options),
};

/** What the function throws, or rejects with. */
async function errorOf(call: () => unknown): Promise<InvalidOptionError> {
  try {
    await call();
  } catch (error) {
    return error as InvalidOptionError;
  }
  throw new Error('every option was accepted');
}

const times = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '1s', true, null];
const longTimes = times.filter((value) => value !== 0);
const counts = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null];

/** Values that each option must not have. */
const wrongValues: Record<string, Record<string, readonly unknown[]>> = {
  createCache: {
    name: ['', 'Not A Name', 'x'.repeat(65), 'offers\n', 7, null],
    schema: [null, {}, 'string', () => true],
    redis: [url, null, {}, 7, { get() {}, set() {} }],
    onEvent: [null, 'listener', {}],
    clock: [null, Date, {}, { now: () => 1 }, () => 1],
    wallClock: [null, {}, 5, { now: 1 }],
    random: [null, 0.5, {}],
    version: counts,
    ttlMs: times,
    ttlJitterRatio: [-0.1, 1.1, Number.NaN, '0.1', null],
    revalidateMs: longTimes,
    maxStaleMs: longTimes,
    refreshRetryMs: longTimes,
    loadTimeoutMs: times,
    maxEntries: counts,
    maxBytes: counts,
    maxKeyBytes: counts,
    maxValueBytes: counts,
    redisTimeoutMs: times,
    redisMaxConcurrent: counts,
    redisOpenMs: times,
    redisMaxOpenMs: times,
  },
  connectRedis: {
    connectTimeoutMs: times,
    commandTimeoutMs: times,
    silenceTimeoutMs: times,
    username: ['', 7, null],
    password: ['', 7, null, {}],
    credentials: ['s3cret', null, {}, { password: 's3cret' }],
    tls: ['s3cret', null, true, []],
    logger: [null, console.log, {}, { warn() {} }],
  },
  'cache.fetch': { signal: [null, true, {}, new AbortController()] },
  'cache.configure': { enabled: [null, 1, 'off'] },
};

const each = Object.entries(functions).map(([of, open]) => ({ of, open }));
const wrong = Object.entries(wrongValues).flatMap(([of, options]) =>
  Object.entries(options).flatMap(([option, values]) =>
    values.map((value) => ({ of, open: functions[of] as Open, option, value })),
  ),
);

function given(of: string, options: object): never {
  return { ...(of === 'createCache' && required), ...options } as never;
}

describe('options', () => {
  it('are checked with the InvalidOptionError of resilience', () => {
    expect(InvalidOptionError).toBe(resilience.InvalidOptionError);
  });

  it.each(each)('of $of may not be misspelt', async ({ of, open }) => {
    for (const option of ['ttlMS', 'sgnal', 'enable', 'redisUrl', 'url', 'constructor']) {
      const error = await errorOf(() => open(given(of, { [option]: url })));
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option });
      expect(error.message).toMatch(`${of}: ${option} is not an option, it must be one of `);
      expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret');
    }
  });

  it.each(each)('of $of are an object', async ({ of, open }) => {
    for (const options of [null, [], 7, 'text', true, url]) {
      const error = await errorOf(() => open(options as never));
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error.message).toMatch(new RegExp(`^${of}: options must be an object`));
      expect(error.message).not.toContain('secret');
    }
  });

  it.each(wrong)('$option of $of may not be $value', async ({ of, open, option, value }) => {
    const error = await errorOf(() => open(given(of, { [option]: value })));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option });
    expect(error.message).toMatch(`${of}: ${option} must be `);
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret');
  });

  it.each(['name', 'schema'])('of createCache must have %s', async (option) => {
    const error = await errorOf(() => createCache({ ...required, [option]: undefined }));
    expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option, received: undefined });
    expect(await errorOf(() => createCache(undefined as never))).toMatchObject({ option: 'name' });
  });

  it.each([undefined, null, 7, '', 'not a url', 'http://user:secret@host', ['redis://host']])(
    'of connectRedis begin with a URL, not with %j, which is never shown',
    async (wrongUrl) => {
      const error = await errorOf(() => connectRedis(wrongUrl as never));
      expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option: 'url', received: undefined });
      expect(error.message).toBe('connectRedis: url must be redis://... or rediss://...');
    },
  );

  it.each([undefined, null, 'load', {}])(
    'of cache.fetch come after a function, not %j',
    async (wrongLoad) => {
      const cache = cached();
      const error = await errorOf(() => cache.fetch('key', wrongLoad as never));
      expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option: 'load' });
      expect(cache.snapshot().loads.started).toBe(0);
    },
  );

  it('that are undefined count as not given', async () => {
    const none = (of: string) =>
      Object.fromEntries(Object.keys(wrongValues[of] ?? {}).map((name) => [name, undefined]));
    expect(createCache({ ...none('createCache'), ...required }).snapshot().memory.maxEntries).toBe(1000);
    connectRedis(url, none('connectRedis')).disconnect();
    await expect(cached().fetch('key', load, none('cache.fetch'))).resolves.toMatchObject({ value: 'live' });
    const cache = cached();
    cache.configure(none('cache.configure'));
    expect(cache.snapshot().enabled).toBe(true);
  });

  it('that are wrong change nothing', () => {
    const cache = cached();
    expect(() => cache.configure({ enabled: false, enable: true } as never)).toThrow(InvalidOptionError);
    expect(cache.snapshot().enabled).toBe(true);
  });

  it.each(each)('of $of are all in the table above', async ({ of, open }) => {
    const { expected } = await errorOf(() => open(given(of, { unknown: 1 })));
    const options = expected.replace('one of ', '').split(', ');
    expect(options.sort()).toEqual(Object.keys(wrongValues[of] ?? {}).sort());
  });

  it('may be a Redis client of another make', () => {
    const redis = new FakeRedis();
    expect(createCache({ ...required, redis }).snapshot().redis?.status).toBe('ready');
  });
});
