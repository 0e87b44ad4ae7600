import { setTimeout as sleep } from 'node:timers/promises';
import { unhandledIn } from '@ballast/resilience/testing';
import { Cluster } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type ConnectRedisOptions, connectRedis, createCache, type RedisClient } from '../../src/index.ts';
import { hasRedisServer, RealRedis } from '../real-redis.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function server(...settings: string[]): Promise<RealRedis> {
  const redis = await RealRedis.onFreePort();
  closers.push(() => redis.kill());
  await redis.start(...settings);
  return redis;
}

function logged() {
  const lines: string[] = [];
  const shown: string[] = [];
  const log = (fields: object, message: string) => {
    lines.push(message);
    const { err } = fields as { err?: Error };
    shown.push(`${JSON.stringify(fields)} ${JSON.stringify(err)} ${err?.message} ${err?.stack} ${message}`);
  };
  return { lines, shown, logger: { warn: log, info: log } };
}

const onShortPauses = { redisTimeoutMs: 1000, redisOpenMs: 20, redisMaxOpenMs: 40 };

function cacheOver(redis: RedisClient) {
  return createCache({ name: 'offers', schema: z.string(), redis, ...onShortPauses });
}

function connected(url: string, options: ConnectRedisOptions) {
  const redis = connectRedis(url, options);
  closers.push(() => redis.disconnect());
  return { redis, cache: cacheOver(redis) };
}

/** Reads and writes for a while, so that breakers open and probe. */
async function used(cache: ReturnType<typeof cacheOver>, prefix: string): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await cache.set(`${prefix} ${i}`, 'the value');
    await cache.get(`other ${prefix} ${i}`);
    await sleep(10);
  }
}

describe.skipIf(!hasRedisServer)('a real Redis (skipped where redis-server is not on the PATH)', () => {
  test('that does not know the password is reported once, with what to do, and without the password', async () => {
    const redis = await server();
    await redis.command('ACL', 'SETUSER', 'ballast', 'on', '>other', '~*', '+@all');
    const { lines, shown, logger } = logged();
    const { cache } = connected(redis.url, { username: 'ballast', password: 's3cret', logger });
    await used(cache, 'wrong password');
    expect(lines).toEqual([expect.stringMatching(/^redis is lost.*credentials.*password and ACL$/)]);
    expect(shown.join()).toContain('WRONGPASS');
    expect(shown.join()).not.toContain('s3cret');
  });

  test('that begins to want a password is reported once, though the connection was lost before', async () => {
    const redis = await server();
    const { lines, shown, logger } = logged();
    const { redis: client, cache } = connected(redis.url, { logger });
    await vi.waitFor(() => expect(client.status).toBe('ready'), 5000);
    await redis.kill();
    await vi.waitFor(() => expect(lines).toEqual(['redis is lost, the cache goes on without it']), 5000);
    await redis.start('--requirepass', 'right');
    await vi.waitFor(() => expect(shown.join()).toContain('NOAUTH'), 5000);
    await used(cache, 'no password');
    expect(lines).toHaveLength(2);
  });

  test('that lets the user do less than is needed is reported once', async () => {
    const redis = await server();
    await redis.command('ACL', 'SETUSER', 'ballast', 'on', '>right', '~*', '+@all', '-getrange', '-set');
    const { lines, shown, logger } = logged();
    const { cache } = connected(redis.url, { username: 'ballast', password: 'right', logger });
    await used(cache, 'no permission');
    expect(lines).toEqual([expect.stringContaining('ACL')]);
    expect(shown.join()).toContain('NOPERM');
  });

  test.each([
    ['is full', ['CONFIG', 'SET', 'maxmemory', '1'], /maxmemory/],
    ['is a read-only replica', ['REPLICAOF', '127.0.0.1', '1'], /replica/],
  ])('that %s is reported once, however often it is tried, and shows no values', async (_, command, text) => {
    const redis = await server();
    await redis.command(...command);
    const { lines, shown, logger } = logged();
    const { cache } = connected(redis.url, { logger });
    await used(cache, 'writes fail');
    expect(lines).toEqual([expect.stringMatching(text)]);
    expect(shown.join()).not.toContain('the value');
  });

  test('that does not know a command quotes no value in the log', async () => {
    const redis = await server('--rename-command', 'SET', '');
    const { lines, shown, logger } = logged();
    const { cache } = connected(redis.url, { logger });
    await used(cache, 'renamed');
    expect(lines).toHaveLength(1);
    expect(shown.join()).not.toContain('the value');
  });

  test('that is well is not reported', async () => {
    const redis = await server();
    const { lines, logger } = logged();
    const { cache } = connected(redis.url, { logger });
    await used(cache, 'well');
    expect(lines).toEqual([]);
  });

  describe('that is a node of a cluster', () => {
    async function node(lastSlot: number): Promise<RealRedis> {
      const redis = await server('--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no');
      await redis.command('CLUSTER', 'ADDSLOTSRANGE', '0', `${lastSlot}`);
      await vi.waitFor(
        async () => expect(await redis.command('CLUSTER', 'INFO')).toContain('cluster_state:ok'),
        5000,
      );
      return redis;
    }

    test('is reported once when it has a part of the keys, though it answers for those', async () => {
      const redis = await node(8191);
      const { lines, shown, logger } = logged();
      const { cache } = connected(redis.url, { logger });
      await used(cache, 'half');
      expect(lines).toEqual([expect.stringMatching(/node of a cluster.*Cluster client/)]);
      expect(shown.join()).toMatch(/MOVED|CLUSTERDOWN/);
    });

    test('does what the line says: a Cluster client is a Redis client of the cache', async () => {
      const redis = await node(16_383);
      await redis.command('CONFIG', 'SET', 'cluster-announce-ip', '127.0.0.1');
      const cluster = new Cluster([redis.url], { lazyConnect: true, enableOfflineQueue: false });
      cluster.on('error', () => {});
      closers.push(() => cluster.disconnect());
      const first = cacheOver(cluster);
      await vi.waitFor(() => expect(cluster.status).toBe('ready'), 5000);
      await first.set('a', 'shared');
      expect((await cacheOver(cluster).get('a'))?.value).toBe('shared');
    });
  });

  test.each([
    ['the password', 'ballast:old@', { password: 'right' }],
    ['the user name and the password', 'somebody:old@', { username: 'ballast', password: 'right' }],
  ])('is asked with %s of the options, whatever the URL says', async (_, inUrl, options) => {
    const redis = await server();
    await redis.command('ACL', 'SETUSER', 'ballast', 'on', '>right', '~*', '+@all');
    const { redis: client } = connected(redis.url.replace('redis://', `redis://${inUrl}`), options);
    await vi.waitFor(() => expect(client.status).toBe('ready'), 5000);
  });

  test('whose password is rotated while it runs is back without a restart', async () => {
    const redis = await server();
    await redis.command('ACL', 'SETUSER', 'ballast', 'on', '>first', '~*', '+@all');
    let password = 'first';
    const { lines, logger } = logged();
    const { redis: client, cache } = connected(redis.url, {
      credentials: async () => ({ username: 'ballast', password }),
      logger,
    });
    await vi.waitFor(() => expect(client.status).toBe('ready'), 5000);
    await redis.command('ACL', 'SETUSER', 'ballast', 'resetpass', '>second');
    await redis.command('CLIENT', 'KILL', 'USER', 'ballast');
    await vi.waitFor(() => expect(lines).toHaveLength(1), 5000);
    password = 'second';
    await vi.waitFor(() => expect(lines[1]).toBe('redis is back'), 10_000);
    await cache.set('a', 'shared');
    expect((await cacheOver(client).get('a'))?.value).toBe('shared');
  });
});

const nowhere = 'redis://127.0.0.1:1';

describe('credentials()', () => {
  test('that never answers is given up after the time to connect, and asked again', async () => {
    let asked = 0;
    const { lines, logger } = logged();
    connected(nowhere, {
      credentials: () => (++asked < 3 ? new Promise<never>(() => {}) : { password: 'now' }),
      connectTimeoutMs: 50,
      logger,
    });
    await vi.waitFor(() => expect(asked).toBeGreaterThanOrEqual(3), 5000);
    expect(lines).toEqual(['redis is lost, the cache goes on without it']);
  });

  test('is not asked by each call while it fails', async () => {
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      throw new Error('the vault is down');
    };
    const { cache } = connected(nowhere, { credentials });
    for (let i = 0; i < 500; i++) {
      await cache.get(`key ${i}`);
      await Promise.resolve();
    }
    expect(asked).toBe(1);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 's3cret'],
    ['no password', { username: 'ballast' }],
    ['an empty password', { password: '' }],
    ['a number as password', { password: 7 }],
    ['a number as user name', { username: 7, password: 's3cret' }],
    ['a buffer', { password: Buffer.from('s3cret') }],
    [
      'what throws',
      Object.defineProperty({}, 'password', {
        get: () => {
          throw new Error('s3cret');
        },
      }),
    ],
  ])('that gives %s is an outage, and connects with nothing', async (_, given) => {
    const { lines, shown, logger } = logged();
    const { redis } = connected(nowhere, { credentials: (() => given) as never, logger });
    const statuses = new Set<string>();
    redis.on('connecting', () => statuses.add('connecting'));
    await vi.waitFor(() => expect(lines).toHaveLength(1), 5000);
    await sleep(50);
    expect(statuses.size).toBe(0);
    expect(shown.join()).not.toContain('s3cret');
  });

  test('that answers after disconnect() opens no connection, nor is it asked again', async () => {
    let asked = 0;
    const late = Promise.withResolvers<{ password: string }>();
    const { redis } = connected(nowhere, {
      credentials: () => {
        asked += 1;
        return late.promise;
      },
    });
    const connecting = vi.fn();
    redis.on('connecting', connecting);
    redis.disconnect();
    late.resolve({ password: 'late' });
    await sleep(200);
    expect([asked, connecting.mock.calls.length, redis.status]).toEqual([1, 0, 'end']);
  });

  test('that fails is not asked again after disconnect()', async () => {
    let asked = 0;
    const { redis } = connected(nowhere, {
      credentials: () => {
        asked += 1;
        throw new Error('the vault is down');
      },
    });
    await sleep(10);
    redis.disconnect();
    await sleep(200);
    expect(asked).toBe(1);
  });
});

const fail = (): never => {
  throw new Error('of the logger');
};

test.each([
  ['throws', fail],
  ['rejects', async () => fail()],
])('a logger that %s ends no process', async (_, log) => {
  const reasons = await unhandledIn(async () => {
    const { redis } = connected(nowhere, { logger: { warn: log as never, info: log as never } });
    await new Promise((resolve) => redis.once('reconnecting', resolve));
  });
  expect(reasons).toEqual([]);
});
