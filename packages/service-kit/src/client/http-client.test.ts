import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ManualClock } from '@ballast/resilience/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { serve } from '../../test/serve.ts';
import { problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/send-problem.ts';
import { type HttpClientOptions, httpClient } from './http-client.ts';
import type { HttpCallContext } from './json-request.ts';
import { InvalidResponseError, UpstreamError } from './upstream-errors.ts';

const stock = z.object({ sku: z.string(), available: z.int() });
const lamp = { sku: 'LAMP', available: 3 };

function clientOf(baseUrl: string, options: Partial<HttpClientOptions> = {}) {
  const client = httpClient({ name: 'inventory', baseUrl, ...options });
  onTestFinished(() => client.close());
  return (ctx?: HttpCallContext, headers?: Record<string, string>) =>
    client.json({
      method: 'GET',
      path: '/v1/stock',
      schema: stock,
      ...(ctx && { ctx }),
      ...(headers && { headers }),
    });
}

const clientFor = async (listener: RequestListener, options?: Partial<HttpClientOptions>) =>
  clientOf(await serve(listener), options);

const answering =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

const failure = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => expect.unreachable(),
    (error: Error) => error,
  );

describe('a request', () => {
  async function headersSent(ctx: HttpCallContext, headers?: Record<string, string>) {
    let seen: NodeJS.Dict<string | string[]> = {};
    const call = await clientFor((request, response) => {
      seen = request.headers;
      answering(JSON.stringify(lamp))(request, response as never);
    });
    expect(await call(ctx, headers)).toEqual(lamp);
    return seen;
  }

  test('carries the remaining time less its margin, and the priority', async () => {
    const headers = await headersSent({ remainingMs: () => 250.9, priority: 'critical' });
    expect(headers).toMatchObject({ 'x-deadline-ms': '240', 'x-priority': 'critical' });
  });

  test('says 0 when the margin is all that is left, so that no work is begun', async () => {
    expect(await headersSent({ remainingMs: () => 4 })).toMatchObject({ 'x-deadline-ms': '0' });
  });

  test('has no deadline where the caller has none', async () => {
    expect(await headersSent({ remainingMs: () => Number.POSITIVE_INFINITY })).not.toHaveProperty(
      'x-deadline-ms',
    );
  });

  test('drops a header that can not be sent', async () => {
    const headers = await headersSent({}, { 'x-note': 'a\r\nx-evil: 1', 'x-fine': 'yes' });
    expect(headers['x-fine']).toBe('yes');
    expect(headers).not.toHaveProperty('x-note');
  });
});

describe('a base URL', () => {
  async function requestTo(change: (url: URL) => void, headers?: Record<string, string>) {
    let seen = { url: '', authorization: undefined as string | undefined };
    const url = new URL(
      await serve((request, response) => {
        seen = { url: request.url ?? '', authorization: request.headers.authorization };
        answering(JSON.stringify(lamp))(request, response as never);
      }),
    );
    change(url);
    expect(await clientOf(url.href)({}, headers)).toEqual(lamp);
    return seen;
  }

  test.each([
    ['/', '/v1/stock'],
    ['/shop', '/shop/v1/stock'],
    ['/shop/eu/', '/shop/eu/v1/stock'],
    ['/a%20b', '/a%20b/v1/stock'],
  ])('with the path %s comes before the path of a request', async (pathname, expected) => {
    expect((await requestTo((url) => Object.assign(url, { pathname }))).url).toBe(expected);
  });

  test('with a user and a password sends them, escaped as they are in a URL', async () => {
    const { authorization } = await requestTo((url) =>
      Object.assign(url, { username: 'shop', password: 'p@ss:ä' }),
    );
    expect(authorization).toBe(`Basic ${Buffer.from('shop:p@ss:ä').toString('base64')}`);
  });

  test('leaves the authorization of a request alone', async () => {
    const given = { Authorization: 'Bearer abc' };
    const { authorization } = await requestTo((url) => Object.assign(url, { username: 'shop' }), given);
    expect(authorization).toBe('Bearer abc');
  });

  test.each(['http://host/?key=secret', 'http://host/#part', 'http://host/shop?'])(
    '%s is rejected, as there is no use for its query or fragment',
    (baseUrl) => {
      const wanted = /baseUrl must be an http:\/\/ or https:\/\/ URL without query and fragment/;
      expect(() => httpClient({ name: 'inventory', baseUrl })).toThrow(wanted);
      expect(() => httpClient({ name: 'inventory', baseUrl })).not.toThrow(/secret/);
    },
  );
});

describe('connections', () => {
  /** The client's port of each call, as the server saw it. */
  async function watched(options?: Partial<HttpClientOptions>) {
    const ports: (number | undefined)[] = [];
    const call = await clientFor((request, response) => {
      ports.push(request.socket.remotePort);
      setImmediate(() => answering(JSON.stringify(lamp))(request, response as never));
    }, options);
    // A connection is free again a moment after its answer was read.
    const callAndRest = () => call().finally(() => delay(5));
    return { call: callAndRest, ports };
  }

  test('are used in turn, so that each replica behind them gets its part', async () => {
    const { call, ports } = await watched({ maxConnections: 2 });
    await Promise.all([call(), call()]);
    const [one, other] = ports.splice(0);
    for (let turn = 0; turn < 4; turn += 1) await call();
    expect(one).not.toBe(other);
    expect(ports.toSorted()).toEqual([one, one, other, other].toSorted());
  });

  test.each([
    ['are replaced when they are too old, so that replicas that came later are found', 20, 2],
    ['are kept while they are young', 30_000, 1],
  ])('%s', async (_title, maxConnectionAgeMs, connections) => {
    const { call, ports } = await watched({ maxConnectionAgeMs });
    await call();
    await delay(50);
    await call();
    expect(new Set(ports).size).toBe(connections);
  });
});

describe('an answer that is not what the contract says is an InvalidResponseError', () => {
  test.each<[string, RequestListener]>([
    ['not JSON', answering('{"sku":')],
    ['of another type', answering('<html>', { 'content-type': 'text/html' })],
    ['of another shape', answering('{"sku":1}')],
    ['empty', answering('')],
    ['larger than allowed', answering(`[${' '.repeat(2000)}]`)],
    [
      'larger than it says',
      (_request, response) =>
        void response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}'),
    ],
    ['not HTTP', (_request, response) => void response.socket?.end('hello\r\n\r\n')],
  ])('%s', async (_name, listener) => {
    const call = await clientFor(listener, { maxBodyBytes: 1000 });
    const error = await failure(call());
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error).toMatchObject({ code: 'E_INVALID_RESPONSE', dependency: 'inventory', verdict: 'failure' });
  });

  test('and an endless one is left after the limit, not read to its end', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const call = await clientFor(
      (_request, response) => {
        const pump = () => {
          while (response.write(' '.repeat(10_000)));
        };
        response.setHeader('content-type', 'application/json').on('drain', pump).once('close', resolve);
        pump();
      },
      { maxBodyBytes: 1000 },
    );
    expect(await failure(call())).toBeInstanceOf(InvalidResponseError);
    await closed;
  });
});

describe('an error answer is an UpstreamError', () => {
  const failingWith = (status: number, headers: Record<string, string> = {}) =>
    answering('{}', headers, status);

  test.each([
    [500, 'failure'],
    [503, 'failure'],
    [429, 'busy'],
    [408, 'failure'],
    [302, 'failure'],
    [400, 'caller'],
    [404, 'caller'],
    [409, 'caller'],
    [422, 'caller'],
  ])('%i: its verdict is %s', async (status, verdict) => {
    const call = await clientFor(failingWith(status, { location: 'http://127.0.0.1:1/' }));
    const error = await failure(call());
    expect(error).toBeInstanceOf(UpstreamError);
    expect(error).toMatchObject({ code: 'E_UPSTREAM', status, reason: `http-${status}`, verdict });
  });

  test('with the code of its problem details', async () => {
    const call = await clientFor((_request, response) =>
      sendProblem(response, problem(409, 'insufficient-stock', 'none left')),
    );
    expect(await failure(call())).toMatchObject({
      status: 409,
      reason: 'insufficient-stock',
      verdict: 'caller',
    });
  });

  test('with the wait it asks for, in seconds or as a date', async () => {
    const seconds = await failure((await clientFor(failingWith(503, { 'retry-after': '3' })))());
    expect(seconds).toMatchObject({ retryAfterMs: 3000, verdict: 'busy' });
    const clock = new ManualClock();
    const date = new Date(clock.now() + 60_000).toUTCString();
    const dated = await failure((await clientFor(failingWith(503, { 'retry-after': date }), { clock }))());
    expect(dated).toMatchObject({ retryAfterMs: 60_000 });
    expect(await failure((await clientFor(failingWith(503, { 'retry-after': 'soon' })))())).toMatchObject({
      retryAfterMs: undefined,
    });
  });
});

describe('no answer is an UpstreamError without a status', () => {
  test('refused', async () => {
    const error = await failure(clientOf('http://127.0.0.1:1')());
    expect(error).toMatchObject({
      code: 'E_UPSTREAM',
      status: undefined,
      reason: 'ECONNREFUSED',
      verdict: 'failure',
    });
  });

  test('cut off before the answer', async () => {
    const call = await clientFor((request) => void request.socket.resetAndDestroy());
    expect(await failure(call())).toMatchObject({
      code: 'E_UPSTREAM',
      status: undefined,
      reason: 'ECONNRESET',
    });
  });

  test('closed before the answer', async () => {
    const call = await clientFor((request) => void request.socket.end());
    expect(await failure(call())).toMatchObject({ status: undefined, reason: 'UND_ERR_SOCKET' });
  });

  test('on no address of several', async () => {
    const error = await failure(clientOf('http://localhost:1')());
    expect(error).toMatchObject({ status: undefined, reason: 'ECONNREFUSED' });
  });

  test('by a host that does not exist', async () => {
    const error = await failure(clientOf('http://no-such-host.invalid')());
    expect(error).toMatchObject({ reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
  });

  test('cut off within the answer', async () => {
    const call = await clientFor((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    expect(await failure(call())).toMatchObject({ code: 'E_UPSTREAM', status: undefined });
  });
});

describe('a mistake of the caller is no failure of the dependency', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  test.each<[string, object]>([
    ['a path with a space', { path: '/v1/st ock' }],
    ['a path with a line break', { path: '/v1/stock\r\nX: 1' }],
    ['a body that is a cycle', { method: 'POST', body: cycle }],
    ['a body with a BigInt', { method: 'POST', body: { amount: 1n } }],
    ['a body that JSON has no form for', { method: 'POST', body: () => {} }],
  ])('%s', async (_name, wrong) => {
    const client = httpClient({ name: 'inventory', baseUrl: 'http://127.0.0.1:1' });
    onTestFinished(() => client.close());
    const call = client.json({ method: 'GET', path: '/v1/stock', schema: stock, ...wrong });
    expect(await failure(call)).toMatchObject({ name: 'InvalidOptionError', code: 'E_INVALID_OPTION' });
  });
});

test('a client that is closed says so', async () => {
  const client = httpClient({ name: 'inventory', baseUrl: 'http://127.0.0.1:1' });
  await client.close();
  const error = await failure(client.json({ method: 'GET', path: '/v1/stock', schema: stock }));
  expect(error).toMatchObject({ code: 'E_UPSTREAM', reason: 'UND_ERR_DESTROYED' });
});

describe('an aborted signal ends the call with its own reason', () => {
  test.each<[string, RequestListener]>([
    ['before the answer', () => {}],
    ['within the body', (_request, response) => void response.writeHead(200).write('{')],
  ])('%s', async (_name, listener) => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const call = await clientFor((request, response) => {
      listener(request, response as never);
      resolve();
    });
    const controller = new AbortController();
    const reason = new Error('attempt timed out');
    const failed = failure(call({ signal: controller.signal }));
    await arrived;
    controller.abort(reason);
    expect(await failed).toBe(reason);
  });
});

test('connections are bounded: further calls wait for a free one', async () => {
  const sockets = new Set<unknown>();
  const call = await clientFor(
    (request, response) => {
      sockets.add(request.socket);
      setImmediate(() => answering(JSON.stringify(lamp))(request, response as never));
    },
    { maxConnections: 2 },
  );
  await Promise.all(Array.from({ length: 12 }, () => call()));
  expect(sockets.size).toBe(2);
});

test('a host that accepts and says nothing is given up after responseTimeoutMs', async () => {
  const mute = createTcpServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void mute.close());
  await new Promise((resolve) => mute.once('listening', resolve));
  const { port } = mute.address() as { port: number };
  const error = await failure(clientOf(`http://127.0.0.1:${port}`, { responseTimeoutMs: 50 })());
  expect(error).toMatchObject({ code: 'E_UPSTREAM', reason: 'UND_ERR_HEADERS_TIMEOUT' });
});
