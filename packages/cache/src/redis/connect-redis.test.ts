import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { hasRedisServer, RealRedis } from '../../test/real-redis.ts';
import { connectRedis, redisDefaults } from './connect-redis.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

// Not events.once(): that one rejects on the errors which are the point here.
function nextReconnect(redis: ReturnType<typeof connectRedis>): Promise<void> {
  return new Promise((resolve) => redis.once('reconnecting', () => resolve()));
}

function client(url: string) {
  const lines: string[] = [];
  const logger = {
    warn: (_: object, message: string) => lines.push(message),
    info: (_: object, message: string) => lines.push(message),
  };
  const redis = connectRedis(url, { logger, commandTimeoutMs: 60_000, silenceTimeoutMs: 100 });
  closers.push(() => redis.disconnect());
  return { redis, lines };
}

describe('connectRedis', () => {
  it.each(['', 'not a url', 'http://127.0.0.1', 'user:secret@host'])(
    'rejects the url %j without repeating it',
    (url) => {
      expect(() => connectRedis(url)).toThrow(
        expect.objectContaining({
          code: 'E_INVALID_OPTION',
          message: 'connectRedis: url must be redis://... or rediss://...',
          received: undefined,
        }),
      );
    },
  );

  it('keeps its limits when an option is undefined', () => {
    const redis = connectRedis('redis://127.0.0.1:1', {
      connectTimeoutMs: undefined,
      commandTimeoutMs: undefined,
      silenceTimeoutMs: undefined,
    });
    closers.push(() => redis.disconnect());
    expect(redis.options).toMatchObject({
      connectTimeout: redisDefaults.connectTimeoutMs,
      commandTimeout: redisDefaults.commandTimeoutMs,
      socketTimeout: redisDefaults.silenceTimeoutMs,
    });
  });

  it.each([
    [{ connectTimeoutMs: 0 }, 'connectTimeoutMs', 0],
    [{ commandTimeoutMs: -5 }, 'commandTimeoutMs', -5],
    [{ silenceTimeoutMs: 2 ** 31 }, 'silenceTimeoutMs', 2 ** 31],
    [{ commandTimeoutMs: '1s' as never }, 'commandTimeoutMs', '1s'],
  ])('rejects %j, naming option, expectation and value', (options, option, received) => {
    const message = `connectRedis: ${option} must be an integer from 1 to 2147483647, received ${JSON.stringify(received)}`;
    expect(() => connectRedis('redis://127.0.0.1:1', options)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', option, received, message }),
    );
  });

  it('connects only when it is used', () => {
    expect(client('redis://127.0.0.1:1').redis.status).toBe('wait');
  });

  it('fails a command at once while there is no connection', async () => {
    const { redis } = client('redis://127.0.0.1:1');
    await expect(redis.get('key')).rejects.toThrow('enableOfflineQueue');
  });

  it('reports an outage once, however often it tries again', async () => {
    const { redis, lines } = client('redis://127.0.0.1:1');
    redis.connect().catch(() => {});
    for (let attempt = 0; attempt < 3; attempt++) await nextReconnect(redis);
    expect(lines).toEqual(['redis is lost, the cache goes on without it']);
  });

  it('replaces a connection that accepts and never answers', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    closers.push(() => server.close());
    await once(server, 'listening');
    const { redis } = client(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
    redis.connect().catch(() => {});
    await nextReconnect(redis);
    expect(redis.status).toBe('reconnecting');
  });

  describe.skipIf(!hasRedisServer)('to a real Redis (skipped where redis-server is not on the PATH)', () => {
    async function connected() {
      const server = await RealRedis.onFreePort();
      closers.push(() => server.kill());
      await server.start();
      const { redis, lines } = client(server.url);
      await redis.connect();
      return { server, redis, lines };
    }
    const getAll = (redis: ReturnType<typeof connectRedis>) =>
      Promise.allSettled(Array.from({ length: 50 }, (_, i) => redis.get(`key-${i}`)));
    const rejected = Array.from({ length: 50 }, () => 'rejected');

    it('settles every command in flight when the process dies, and returns to the next one', async () => {
      const { server, redis, lines } = await connected();
      server.suspend();
      const settled = getAll(redis);
      await server.kill();
      expect((await settled).map((result) => result.status)).toEqual(rejected);
      await server.start();
      await expect.poll(() => lines, { timeout: 10_000 }).toContain('redis is back');
    });

    it('settles every command in flight when only the connection is lost', async () => {
      const { server, redis } = await connected();
      server.suspend();
      const settled = getAll(redis);
      await nextReconnect(redis);
      server.resume();
      expect((await settled).map((result) => result.status)).toEqual(rejected);
      await expect.poll(() => redis.status).toBe('ready');
    });

    it('reconnects when the server turns out to be a read-only replica', async () => {
      const { server, redis } = await connected();
      await server.command('REPLICAOF', '127.0.0.1', '1');
      const reconnected = nextReconnect(redis);
      await expect(redis.set('key', 'value')).rejects.toThrow('READONLY');
      await reconnected;
    });
  });
});
