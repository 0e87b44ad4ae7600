import { expect, test } from 'vitest';
import { z } from 'zod';
import { serve } from '../../test/serve.ts';
import { putThing, serveThings } from '../../test/things.ts';
import { problemSchema } from '../problem/problem.ts';
import { silentLogger } from '../process/logger.ts';
import { describeRoute } from '../request/route.ts';
import { createApp, defaultMaxBodyBytes } from './app.ts';

const body = { name: 'lamp', count: 2 };

async function expectProblem(response: Response, status: number, code: string) {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const answer = problemSchema.parse(await response.json());
  expect(answer).toMatchObject({ status, code });
  expect(JSON.stringify(answer)).not.toMatch(/node_modules|\.ts:|at \w+ \(/);
  return answer;
}

test('a valid request is answered by its route', async () => {
  const { put } = await serveThings();
  const response = await put(body, {}, '/v1/things/a%2Fb?mode=fast');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ id: 'a/b', ...body });
});

test('every answer says nosniff, no-store and that it is no document', async () => {
  const { url } = await serveThings();
  const { headers } = await fetch(`${url}/health/live`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  expect(headers.has('x-powered-by')).toBe(false);
});

test.each<[string, number, string, RequestInit & { path?: string }]>([
  ['malformed JSON', 400, 'malformed-json', { body: '{"name":' }],
  ['an empty body', 400, 'missing-body', { body: '' }],
  ['a body that does not fit the schema', 400, 'invalid-body', { body: '{"name":"lamp","count":-1}' }],
  ['an infinite number', 400, 'invalid-body', { body: '{"name":"lamp","count":1e309}' }],
  ['a number in quotes', 400, 'invalid-body', { body: '{"name":"lamp","count":"1"}' }],
  ['an unknown key', 400, 'invalid-body', { body: '{"name":"lamp","count":1,"x":1}' }],
  ['__proto__', 400, 'unsafe-json', { body: '{"name":"lamp","count":1,"__proto__":{}}' }],
  ['an unknown query parameter', 400, 'invalid-request', { path: '/v1/things/a?speed=1' }],
  ['a repeated query parameter', 400, 'invalid-request', { path: '/v1/things/a?mode=fast&mode=safe' }],
  ['NUL in the path', 400, 'unsafe-json', { path: '/v1/things/%00' }],
  ['a path that can not be decoded', 400, 'bad-request', { path: '/v1/things/%ff' }],
  ['an unknown path', 404, 'not-found', { path: '/v1/thingz/a' }],
  ['another case of a path', 404, 'not-found', { path: '/V1/things/a' }],
  ['a method the path does not have', 405, 'method-not-allowed', { method: 'DELETE' }],
  [
    'a body over the limit',
    413,
    'content-too-large',
    { body: `{"name":"${'x'.repeat(defaultMaxBodyBytes)}"}` },
  ],
  ['a body of another type', 415, 'unsupported-media-type', { headers: { 'content-type': 'text/plain' } }],
  ['a compressed body', 415, 'unsupported-media-type', { headers: { 'content-encoding': 'gzip' } }],
  ['a deadline that is no number', 400, 'invalid-header', { headers: { 'x-deadline-ms': 'soon' } }],
  ['an unknown priority', 400, 'invalid-header', { headers: { 'x-priority': 'vip' } }],
])('%s is answered %i %s as problem+json', async (_name, status, code, { path, body: sent, ...init }) => {
  const { put } = await serveThings();
  await expectProblem(await put(sent ?? body, init, path), status, code);
});

test('an invalid body is explained fault by fault', async () => {
  const { put } = await serveThings();
  const { errors } = await expectProblem(await put({ name: '', count: 1.5 }), 400, 'invalid-body');
  expect(errors?.map(({ pointer }) => pointer)).toEqual(['/name', '/count']);
});

test('a 405 lists the methods the path has', async () => {
  const { url } = await serveThings();
  expect((await fetch(`${url}/v1/things/a`, { method: 'PATCH' })).headers.get('allow')).toBe('PUT');
  expect((await fetch(`${url}/health/live`, { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
});

test('HEAD is answered wherever GET is', async () => {
  const { url } = await serveThings();
  const response = await fetch(`${url}/health/live`, { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([200, '']);
});

test('an unexpected error is a 500 that tells nothing, and is logged', async () => {
  const logged: object[] = [];
  const logger = { ...silentLogger, error: (fields: object) => void logged.push(fields) };
  const boom = () => {
    throw new Error('secret detail');
  };
  const { put } = await serveThings(boom, { logger });
  const answer = await expectProblem(await put(body), 500, 'internal-server-error');
  expect(JSON.stringify(answer)).not.toContain('secret');
  expect(logged).toEqual([
    expect.objectContaining({ err: new Error('secret detail'), path: '/v1/things/a' }),
  ]);
});

test('a reply header that can not be sent is dropped, not a 500', async () => {
  const echo = describeRoute({
    method: 'get',
    path: '/echo',
    name: 'echo',
    summary: 'x',
    responses: { 204: { description: 'done' } },
    handle: () => ({ status: 204, headers: { 'x-note': 'a\r\nset-cookie: b=c', 'x-fine': 'yes' } }),
  });
  const response = await fetch(`${await serve(createApp({ name: 'echo', routes: [echo] }))}/echo`);
  expect(response.status).toBe(204);
  expect(response.headers.get('x-fine')).toBe('yes');
  expect(response.headers.has('x-note')).toBe(false);
  expect(response.headers.has('set-cookie')).toBe(false);
});

test('inbound baggage is gone before any handler sees the request, trace context is not', async () => {
  const headers = z.object({ baggage: z.string().optional(), traceparent: z.string() });
  const echo = describeRoute({
    method: 'get',
    path: '/headers',
    name: 'headers',
    summary: 'x',
    headers,
    responses: { 200: { description: 'What was seen', schema: headers } },
    handle: (request) => ({ status: 200, body: request.headers }),
  });
  const url = await serve(createApp({ name: 'edge', routes: [echo] }));
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const response = await fetch(`${url}/headers`, { headers: { baggage: 'user=1', traceparent } });
  expect(await response.json()).toEqual({ traceparent });
});

test('two routes can not claim the same method and path', () => {
  expect(() => createApp({ name: 'x', routes: [putThing(), putThing()] })).toThrow('put /v1/things/{id}');
});
