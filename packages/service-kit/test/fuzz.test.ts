import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sendRawAndHalfClose } from './serve.ts';
import { serveThings } from './things.ts';

const hasty = { headersTimeoutMs: 40, requestTimeoutMs: 60, connectionsCheckingIntervalMs: 10 };

const line = fc.constantFrom(
  'PUT /v1/things/a HTTP/1.1\r\nHost: a',
  'PUT http://a/v1/things/%zz HTTP/1.1\r\nHost: a',
  'GET /v1/things/../../etc/passwd HTTP/1.1',
  'OPTIONS * HTTP/1.1\r\nHost: a',
  'TRACE / HTTP/1.1\r\nHost: a',
  'GET /health/live HTTP/0.9',
  'GET /health/ready HTTP/1.0',
);
const header = fc.constantFrom(
  'Host: b',
  'x-priority: critical',
  'Content-Type: application/json',
  'Content-Type: application/json; charset=utf-7',
  'Content-Length: 5',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'x-deadline-ms: 1e309',
  'baggage: a=\u0001',
  ': nothing',
);
const body = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.from('5\r\n{"a":\r\nzz\r\n')),
);
const request = fc
  .tuple(line, fc.array(header, { maxLength: 6 }), body)
  .map(([first, headers, rest]) =>
    Buffer.concat([Buffer.from(`${[first, ...headers].join('\r\n')}\r\n\r\n`), rest]),
  );

test('no bytes on a socket make a 5xx, an error without problem details, or a crash', async () => {
  const { url, put } = await serveThings(undefined, {}, hasty);
  const sendsNothingWorse = async (bytes: Buffer) => {
    const { status, head } = await sendRawAndHalfClose(url, bytes);
    expect(status).toBeLessThan(500);
    if (status >= 400) expect(head).toContain('content-type: application/problem+json');
  };
  await fc.assert(fc.asyncProperty(request, sendsNothingWorse), { numRuns: 500 });
  expect((await put({ name: 'lamp', count: 1 })).status).toBe(200);
});
