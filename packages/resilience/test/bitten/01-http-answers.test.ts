import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpError, httpVerdict, okResponse, parseRetryAfter } from '../../src/index.ts';

const nowMs = Date.parse('Wed, 25 Nov 2026 12:00:00 GMT');

describe('parseRetryAfter', () => {
  // RFC 9110, 10.2.3 and 5.6.7. Anything else would be a guess, and a guess is a retry at the wrong time.
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['007', 7000],
    ['Wed, 25 Nov 2026 12:00:30 GMT', 30_000],
    ['Wednesday, 25-Nov-26 12:00:30 GMT', 30_000],
    ['Wed Nov 25 12:00:30 2026', 30_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['99999999999999999999', 2 ** 31 - 1],
    ['', undefined],
    ['-1', undefined],
    ['+5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['5 s', undefined],
    ['5, 10', undefined],
    ['soon', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['2026-11-25', undefined],
    ['2026', 2_026_000],
    ['Nov 25', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('reads %j as %s ms', (header, ms) => {
    expect(parseRetryAfter(header, nowMs)).toBe(ms);
  });
});

describe('httpVerdict', () => {
  test.each([
    [500, undefined, 'failure'],
    [502, undefined, 'failure'],
    [503, undefined, 'failure'],
    [503, '2', 'busy'],
    [503, 'soon', 'failure'],
    [504, '2', 'failure'],
    [408, undefined, 'failure'],
    [429, undefined, 'busy'],
    [429, '2', 'busy'],
    [400, undefined, 'caller'],
    [401, undefined, 'caller'],
    [403, '2', 'caller'],
    [404, undefined, 'caller'],
    [410, undefined, 'caller'],
    [422, undefined, 'caller'],
    // Not an answer to the request: a redirect that was not followed.
    [302, undefined, 'failure'],
  ])('%i with Retry-After %s is %s', (status, retryAfter, verdict) => {
    expect(httpVerdict(status, retryAfter)).toBe(verdict);
  });
});

describe('okResponse', () => {
  let connections = 0;
  const server = createServer((request, response) => {
    const status = Number(request.url?.slice(1, 4));
    response.writeHead(status, { 'retry-after': '2' }).end('x'.repeat(200_000));
  }).on('connection', () => connections++);
  let base = '';
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));

  test('hands on a 2xx untouched', async () => {
    const response = await okResponse(await fetch(`${base}/200`));
    expect((await response.text()).length).toBe(200_000);
  });

  test('takes the promise of a response too', async () => {
    const response = await okResponse(fetch(`${base}/200`));
    await response.body?.cancel();
    expect(response.status).toBe(200);
  });

  test.each([
    [503, 'busy', 2000],
    [500, 'failure', 2000],
    [404, 'caller', 2000],
  ])('throws an HttpError for a %i, with its verdict and when to come back', async (status, verdict, ms) => {
    const error = await okResponse(fetch(`${base}/${status}`)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status, verdict, retryAfterMs: ms, code: `E_HTTP_${status}` });
    expect(error.body.length).toBeLessThanOrEqual(16 * 1024);
  });

  // The undici documentation asks to read or cancel every body: 100 error answers whose bodies nobody read left 100
  // sockets open.
  test('leaves no socket behind for bodies that nobody reads', async () => {
    connections = 0;
    for (let i = 0; i < 50; i++) await okResponse(fetch(`${base}/500`)).catch(() => {});
    expect(await open()).toBeLessThanOrEqual(4);
  });

  test('keeps the error of a body that breaks off as the cause', async () => {
    const broken = new ReadableStream({
      pull() {
        throw new Error('reset');
      },
    });
    const error = await okResponse(new Response(broken, { status: 500 })).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'E_HTTP_500', cause: { message: 'reset' } });
  });

  test('does not wait for a body that never ends', async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
    const error = await okResponse(new Response(endless, { status: 500 }), { bodyTimeoutMs: 20 }).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'E_HTTP_500' });
  });
});
