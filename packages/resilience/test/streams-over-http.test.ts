import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dependency, guardedResponse, okResponse, type PolicyOptions, standardPolicy } from '../src/index.ts';
import { eventually, ManualClock } from '../src/testing/index.ts';

// A server that sends its headers and the beginning of a body, and then what the test says.
let answers: ServerResponse[];
let closed: number;
let url: string;
const server = createServer((_, response) => {
  answers.push(response);
  response.on('close', () => closed++);
  response.writeHead(200, { 'content-type': 'text/plain', etag: '"7"' });
  response.write('the beginning');
});

beforeEach(async () => {
  answers = [];
  closed = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function files(policy: PolicyOptions = {}, idleTimeoutMs?: number) {
  const clock = new ManualClock();
  const guard = dependency({
    name: 'files',
    policy: standardPolicy({ deadlineMs: 30_000, retry: { enabled: false }, ...policy }),
    clock,
    call: async (_: string, context) =>
      guardedResponse(await okResponse(fetch(url, { signal: context.signal })), context, { idleTimeoutMs }),
  });
  const inFlight = () => guard.snapshot().policies.bulkhead.inFlight;
  return { guard, clock, inFlight };
}

/** What becomes of a body that is read to its end. */
function textOf(response: Response): Promise<unknown> {
  return response.text().catch((error) => error);
}

test('a body is read as ever, and the permit comes back with its end', async () => {
  const { guard, inFlight } = files();
  const { value, source } = await guard.call('a');
  expect(source).toBe('live');
  expect([value.ok, value.status, value.url, value.headers.get('etag')]).toEqual([true, 200, url, '"7"']);
  expect(inFlight()).toBe(1);
  const text = textOf(value);
  answers[0]?.end(', and the end');
  expect(await text).toBe('the beginning, and the end');
  await eventually('the permit is back', () => expect(inFlight()).toBe(0));
});

test('a body that hangs ends at the deadline of its call, and with it the connection', async () => {
  const { guard, clock, inFlight } = files({ deadlineMs: 2000 });
  const text = textOf((await guard.call('a')).value);
  await clock.advance(2000);
  expect(await text).toMatchObject({ code: 'E_DEADLINE', dependency: 'files' });
  await eventually('the server has lost its client', () => expect(closed).toBe(1));
  expect(inFlight()).toBe(0);
});

test('a body that hangs ends by its idle timeout, and with it the connection', async () => {
  const { guard, clock, inFlight } = files({}, 500);
  const reader = (await guard.call('a')).value.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('the beginning');
  const next = reader.read().catch((error) => error);
  await clock.advance(500);
  expect(await next).toMatchObject({ code: 'E_STREAM_IDLE' });
  await eventually('the server has lost its client', () => expect(closed).toBe(1));
  expect(inFlight()).toBe(0);
});

test("a body ends with the caller's cancel, and with it the connection", async () => {
  const { guard, inFlight } = files();
  const cancel = new AbortController();
  const text = textOf((await guard.call('a', { signal: cancel.signal })).value);
  cancel.abort(new Error('customer left'));
  expect(await text).toMatchObject({ code: 'E_CANCELLED', cause: { message: 'customer left' } });
  await eventually('the server has lost its client', () => expect(closed).toBe(1));
  expect(inFlight()).toBe(0);
});

test('a body that nobody wants is cancelled, and with it the connection', async () => {
  const { guard, inFlight } = files();
  const { value } = await guard.call('a');
  await value.body?.cancel();
  await eventually('the server has lost its client', () => expect(closed).toBe(1));
  expect(inFlight()).toBe(0);
});

test('a connection that breaks in the middle of a body is told to its reader and to the breaker', async () => {
  const { guard, inFlight } = files();
  const text = textOf((await guard.call('a')).value);
  answers[0]?.destroy();
  expect(await text).toBeInstanceOf(TypeError);
  expect(guard.snapshot().policies.breaker).toMatchObject({ windowCalls: 2, failureRatio: 0.5 });
  expect(inFlight()).toBe(0);
});

test('as many bodies flow at once as the bulkhead allows', async () => {
  const { guard } = files({ bulkhead: { maxConcurrent: 2, maxQueue: 0 } });
  const open = await Promise.all([guard.call('a'), guard.call('b')]);
  await expect(guard.call('c')).rejects.toMatchObject({ code: 'E_BULKHEAD_FULL' });
  const texts = open.map(({ value }) => textOf(value));
  for (const answer of answers) answer.end();
  expect(await Promise.all(texts)).toEqual(['the beginning', 'the beginning']);
  await eventually('there is room again', async () => {
    const { value } = await guard.call('d');
    await value.body?.cancel();
  });
});
