import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createControlServer } from './control-server.ts';
import { Generator } from './generator.ts';
import { Seconds } from './seconds.ts';

let server: Server;
let port: number;
let generator: Generator;

beforeEach(async () => {
  generator = new Generator({ send: async () => ({ kind: 'unreachable', code: 'ECONNREFUSED' }) });
  // The allowed Host depends on the port, so the port is chosen by a first listen and used by a second.
  const first = createControlServer({ generator, seconds: new Seconds(generator), port: 0 }).listen(
    0,
    '127.0.0.1',
  );
  await once(first, 'listening');
  port = (first.address() as { port: number }).port;
  await new Promise((resolve) => first.close(resolve));
  const alsoKnownAs = ['load-generator:4004'];
  server = createControlServer({ generator, seconds: new Seconds(generator), port, alsoKnownAs }).listen(
    port,
    '127.0.0.1',
  );
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
) {
  const asked = request({ port, host: '127.0.0.1', method, path, headers: options.headers ?? {} });
  asked.end(options.body);
  const [response] = await once(asked, 'response');
  return { status: response.statusCode as number, body: JSON.parse(await text(response)) };
}

test('the rate is changed in part and told back', async () => {
  const { status, body } = await ask('PUT', '/rate', { body: '{"ordersPerSecond":20}' });
  expect([status, body]).toEqual([200, { ordersPerSecond: 20, readsPerSecond: 0 }]);
  await ask('PUT', '/rate', { body: '{"readsPerSecond":7}' });
  expect((await ask('GET', '/stats')).body.stats).toBeDefined();
  expect(generator.rate).toEqual({ ordersPerSecond: 20, readsPerSecond: 7 });
});

test('a name it is also known by is its own', async () => {
  const asked = await ask('GET', '/health/live', { headers: { host: 'load-generator:4004' } });
  expect(asked.status).toBe(200);
});

test.each([
  ['{"ordersPerSecond":-1}', 400],
  ['{"ordersPerSecond":1001}', 400],
  ['{"ordersPerSecond":"20"}', 400],
  ['{"ordersPerSecond":1e309}', 400],
  ['{"speed":1}', 400],
  ['{"ordersPerSecond":', 400],
  [`{"ordersPerSecond":1${' '.repeat(2000)}}`, 413],
])('%s changes nothing', async (body, expected) => {
  expect((await ask('PUT', '/rate', { body })).status).toBe(expected);
  expect(generator.rate.ordersPerSecond).toBe(0);
});

test.each([{ host: 'evil.example' }, { origin: 'https://evil.example' }, { origin: 'null' }])(
  'a page that sends %j is rejected',
  async (headers) => {
    expect((await ask('PUT', '/rate', { headers, body: '{"ordersPerSecond":20}' })).status).toBe(403);
    expect(generator.rate.ordersPerSecond).toBe(0);
  },
);

test('the answer to an unknown path lists what there is', async () => {
  expect(await ask('GET', '/')).toMatchObject({
    status: 404,
    body: { type: 'about:blank', title: 'Not Found', detail: expect.stringContaining('/stats') },
  });
});
