import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type RawAnswer, sendRaw, serve } from '../../test/serve.ts';
import { serveThings } from '../../test/things.ts';
import { problemSchema } from './problem.ts';

const hasty = { headersTimeoutMs: 60, requestTimeoutMs: 120, connectionsCheckingIntervalMs: 20 };

function expectProblem(answer: RawAnswer, status: number, code: string) {
  expect(answer.status).toBe(status);
  expect(answer.head).toContain('content-type: application/problem+json');
  expect(answer.head).toContain('connection: close');
  expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({ status, code });
}

test.each([
  ['bytes that are not HTTP', '\x16\x03\x01\x02\x00 TLS?\r\n\r\n'],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a bad header name', 'GET / HTTP/1.1\r\nHost: a\r\nb ad: x\r\n\r\n'],
  ['a header with a bare line feed', 'GET / HTTP/1.1\r\nHost: a\r\nx: a\n\n b\r\n\r\n'],
  ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['two Hosts', 'GET /health/live HTTP/1.1\r\nHost: a\r\nhost: b\r\nConnection: close\r\n\r\n'],
  ['the same Host twice', 'GET /health/live HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['two Hosts in HTTP/1.0', 'GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n'],
])('%s: 400', async (_name, bytes) => {
  const { url } = await serveThings();
  const answer = await sendRaw(url, bytes);
  expectProblem(answer, 400, 'bad-request');
});

test('a bad chunk in a body: 400', async () => {
  const { url } = await serveThings();
  const head =
    'PUT /v1/things/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
  expectProblem(await sendRaw(url, `${head}zz\r\n`), 400, 'bad-request');
});

test('headers over 8 KiB: 431', async () => {
  const { url } = await serveThings();
  const answer = await sendRaw(url, `GET / HTTP/1.1\r\nHost: a\r\nx: ${'a'.repeat(8 * 1024)}\r\n\r\n`);
  expectProblem(answer, 431, 'request-header-fields-too-large');
});

test('endless chunk extensions: 413', async () => {
  const { url } = await serveThings();
  const head =
    'PUT /v1/things/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
  expectProblem(await sendRaw(url, `${head}1;${'a'.repeat(20_000)}\r\n`), 413, 'content-too-large');
});

test('headers that do not end: 408', async () => {
  const { url } = await serveThings(undefined, {}, hasty);
  expectProblem(await sendRaw(url, 'GET / HTTP/1.1\r\nHost: a\r\n'), 408, 'request-timeout');
});

test('a body that does not end: 408', async () => {
  const { url } = await serveThings(undefined, {}, hasty);
  const head =
    'PUT /v1/things/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{';
  expectProblem(await sendRaw(url, head), 408, 'request-timeout');
});

test('CONNECT: 405', async () => {
  const { url } = await serveThings();
  expectProblem(await sendRaw(url, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'), 405, 'method-not-allowed');
});

test('an expectation other than 100-continue: 417', async () => {
  const { url } = await serveThings();
  const answer = await sendRaw(url, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nConnection: close\r\n\r\n');
  expectProblem(answer, 417, 'expectation-failed');
});

test('bytes after a request that are no request do not spoil its answer, and end the connection', async () => {
  const done: number[] = [];
  const { promise: work, resolve: finish } = Promise.withResolvers<void>();
  const { url } = await serveThings(async (count) => {
    await work;
    done.push(count);
  });
  const body = JSON.stringify({ name: 'lamp', count: 3 });
  const head = `PUT /v1/things/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answered = sendRaw(url, `${head}${body}\r\nstray bytes\r\n\r\n`);
  finish();
  const answer = await answered;
  expect(answer.status).toBe(200);
  expect(answer.head).toContain('connection: close');
  expect(JSON.parse(answer.body)).toEqual({ id: 'a', name: 'lamp', count: 3 });
  expect(answer.body).not.toContain('HTTP/1.1');
  expect(done).toEqual([3]);
});

test('requests in a row are all answered before the bytes that are none', async () => {
  const { url } = await serveThings();
  const request = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`${request}${request}stray bytes\r\n\r\n`);
  const answers = await text(socket);
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
});

test('a fault after the answer has begun cuts the connection instead of adding a second answer', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const url = await serve((request, response) => {
    response.writeHead(200, { 'Content-Length': 10 }).write('half');
    request.resume().on('close', resolve);
  });
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answer = await sendRaw(url, `${head}1\r\na\r\nzz\r\n`).catch((error: Error) => error);
  await ended;
  expect(answer instanceof Error ? '' : answer.body).not.toContain('HTTP/1.1');
});
