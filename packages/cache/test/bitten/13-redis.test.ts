import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { connectRedis, createCache } from '../../src/index.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Reply = (command: string[]) => string;

/** A server that speaks enough RESP: it hears every command and answers as the test says. */
async function respServer(reply: Reply) {
  const commands: string[][] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (const command of parsed(data.toString())) {
        commands.push(command);
        socket.write(reply(command));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { url: `redis://127.0.0.1:${port}`, port, commands, cut };
}

function parsed(text: string): string[][] {
  return text
    .split(/(?=\*\d+\r\n)/)
    .filter((part) => part.startsWith('*'))
    .map((part) =>
      part.split('\r\n').filter((line, index) => index > 0 && line !== '' && !/^\$\d+$/.test(line)),
    );
}

const handshake: Reply = ([name]) => (/^info$/i.test(name ?? '') ? '$15\r\nredis_version:7\r\n' : '+OK\r\n');
const failing =
  (error: string): Reply =>
  (command) =>
    /^(getrange|set|unlink)$/i.test(command[0] ?? '') ? `-${error}\r\n` : handshake(command);

function logged() {
  const lines: { fields: unknown; message: string }[] = [];
  const log = (fields: object, message: string) => lines.push({ fields, message });
  return { lines, logger: { warn: log, info: log } };
}

async function cacheOn(url: string, options: Parameters<typeof connectRedis>[1] = {}) {
  const redis = connectRedis(url, options);
  closers.push(() => redis.disconnect());
  const cache = createCache({ name: 'offers', schema: z.string(), redis, redisTimeoutMs: 1000 });
  await vi.waitFor(() => expect(redis.status).toBe('ready'), { timeout: 5000 });
  return { redis, cache };
}

describe('a Redis that answers with errors', () => {
  test.each([
    ['MOVED 3999 127.0.0.1:6381', /cluster/i],
    ['CLUSTERDOWN Hash slot not served', /cluster/i],
    ['NOAUTH Authentication required.', /NOAUTH/],
    ['NOPERM this user has no permissions to run the getrange command', /NOPERM/],
    ['OOM command not allowed when used memory > maxmemory', /OOM/],
    ['MISCONF Redis is configured to save RDB snapshots', /MISCONF/],
    ['LOADING Redis is loading the dataset in memory', /LOADING/],
  ])('tells the logger, once: %s', async (error, text) => {
    const server = await respServer(failing(error));
    const { lines, logger } = logged();
    const { cache } = await cacheOn(server.url, { logger });
    for (let i = 0; i < 300; i++) await cache.get(`key ${i}`);
    const told = lines.filter(
      ({ fields, message }) => text.test(message) || text.test(String((fields as { err?: unknown }).err)),
    );
    expect(told.length).toBe(1);
  });

  test('says what to do about a cluster node that was given as a plain URL', async () => {
    const server = await respServer(failing('MOVED 3999 127.0.0.1:6381'));
    const { lines, logger } = logged();
    const { cache } = await cacheOn(server.url, { logger });
    for (let i = 0; i < 10; i++) await cache.get(`key ${i}`);
    expect(lines.map(({ message }) => message).join()).toMatch(/cluster/i);
  });

  test('names no password, however it fails', async () => {
    const server = await respServer(failing('WRONGPASS invalid username-password pair'));
    const { lines, logger } = logged();
    const url = server.url.replace('redis://', 'redis://ballast:s3cret@');
    const { cache } = await cacheOn(url, { logger });
    for (let i = 0; i < 10; i++) await cache.get(`key ${i}`);
    const shown = lines.map(
      ({ fields, message }) =>
        `${message} ${String((fields as { err?: unknown }).err)} ${JSON.stringify(fields)}`,
    );
    expect(shown.join()).not.toContain('s3cret');
    expect(lines.length).toBeGreaterThan(0);
  });
});

describe('credentials', () => {
  /** What each connection authenticated with: by AUTH, or by HELLO, which says "default" where there is no name. */
  const auths = (commands: string[][]) =>
    commands.flatMap(([name = '', ...rest]) => {
      if (/^auth$/i.test(name)) return [rest];
      const at = rest.findIndex((word) => /^auth$/i.test(word));
      if (!/^hello$/i.test(name) || at === -1) return [];
      const [username, password] = rest.slice(at + 1);
      return [username === 'default' ? [password] : [username, password]];
    });

  test('are options, not only part of a URL that everybody logs', async () => {
    const server = await respServer(handshake);
    await cacheOn(server.url, { username: 'ballast', password: 's3cret' } as never);
    expect(auths(server.commands)).toEqual([['ballast', 's3cret']]);
  });

  test('come from a callback, anew for each connection, so that a rotated password needs no restart', async () => {
    const server = await respServer(handshake);
    let password = 'first';
    const { redis } = await cacheOn(server.url, {
      credentials: async () => ({ username: 'ballast', password }),
    } as never);
    expect(auths(server.commands)).toEqual([['ballast', 'first']]);
    password = 'second';
    server.cut();
    await vi.waitFor(() => expect(auths(server.commands)).toHaveLength(2), { timeout: 5000 });
    await vi.waitFor(() => expect(redis.status).toBe('ready'), { timeout: 5000 });
    expect(auths(server.commands)[1]).toEqual(['ballast', 'second']);
  });

  test.each([
    ['rejects', async () => Promise.reject(new Error('the vault is down'))],
    [
      'throws',
      () => {
        throw new Error('the vault is down');
      },
    ],
    ['gives nothing', async () => undefined],
  ])('from a callback that %s are an outage like another: told once, tried again', async (_, broken) => {
    const server = await respServer(handshake);
    const { lines, logger } = logged();
    let calls = 0;
    const credentials = () => (++calls < 3 ? broken() : { password: 'now' });
    await cacheOn(server.url, { credentials, logger } as never);
    expect(calls).toBe(3);
    expect(lines.map(({ message }) => message)).toEqual([
      'redis is lost, the cache goes on without it',
      'redis is back',
    ]);
    expect(auths(server.commands)).toEqual([['now']]);
  });

  test.each([
    ['username', 7],
    ['password', 7],
    ['credentials', 's3cret'],
    ['tls', 's3cret'],
  ])('of the wrong kind are rejected by name, and not shown: %s', (option, value) => {
    expect(() => connectRedis('redis://127.0.0.1:1', { [option]: value })).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', option, received: undefined }),
    );
  });
});

test('TLS comes by options too: a private CA, a client certificate', () => {
  const redis = connectRedis('rediss://127.0.0.1:1', {
    tls: { ca: 'pem', servername: 'redis.internal' },
  } as never);
  closers.push(() => redis.disconnect());
  expect(redis.options.tls).toMatchObject({ ca: 'pem', servername: 'redis.internal' });
});
