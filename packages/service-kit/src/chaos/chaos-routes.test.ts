import { expect, test, vi } from 'vitest';
import { sendRaw } from '../../test/serve.ts';
import { serveThings } from '../../test/things.ts';
import { problemSchema } from '../problem/problem.ts';
import { silentLogger } from '../process/logger.ts';
import { createChaos, type FaultRequest } from './chaos.ts';
import { chaosRoutes } from './chaos-routes.ts';

const chaosToken = 'a-token-of-a-test';
const thing = { name: 'lamp', count: 1 };

async function serveChaos() {
  const service = await serveThings(undefined, { config: { CHAOS_TOKEN: chaosToken } });
  const chaos = (method: string, body?: FaultRequest | object, token: string = chaosToken) =>
    fetch(`${service.url}/chaos`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const start = async (fault: FaultRequest) => expect((await chaos('PUT', fault)).status).toBe(200);
  return { ...service, chaos, start };
}

test.each(['GET', 'PUT', 'DELETE'])('without a configured token %s /chaos does not exist', async (method) => {
  const { url } = await serveThings();
  expect((await fetch(`${url}/chaos`, { method })).status).toBe(404);
});

test.each([
  ['no token', {}],
  ['a wrong one', { authorization: 'Bearer a-token-of-a-tesT' }],
  ['a longer one', { authorization: `Bearer ${chaosToken}x` }],
  ['another scheme', { authorization: `Basic ${chaosToken}` }],
])('%s is a 401, before the body is looked at', async (_name, headers: Record<string, string>) => {
  const { url } = await serveChaos();
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const response = await fetch(`${url}/chaos`, { method, headers });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  }
});

test('a fault is started, shown and ended', async () => {
  const { chaos, start, put } = await serveChaos();
  await start({ fault: 'error', status: 507, forMs: 60_000 });
  expect(await (await chaos('GET')).json()).toMatchObject({
    active: { fault: 'error', ratio: 1, status: 507 },
  });
  const broken = await put(thing);
  expect([broken.status, problemSchema.parse(await broken.json()).code]).toEqual([507, 'chaos']);
  expect(await (await chaos('DELETE')).json()).toEqual({ active: null });
  expect((await put(thing)).status).toBe(200);
});

test('a fault that is not valid changes nothing', async () => {
  const { chaos } = await serveChaos();
  expect((await chaos('PUT', { fault: 'error', forMs: 0 })).status).toBe(400);
  expect(await (await chaos('GET')).json()).toEqual({ active: null });
});

test.each<FaultRequest['fault']>(['latency', 'hang'])(
  '%s holds a request back until the fault ends',
  async (fault) => {
    const { chaos, start, put } = await serveChaos();
    await start({ fault, latencyMs: 60_000, forMs: 60_000 });
    let answered = false;
    const answer = put(thing, { headers: { 'x-deadline-ms': '10000' } }).finally(() => {
      answered = true;
    });
    await chaos('GET');
    expect(answered).toBe(false);
    await chaos('DELETE');
    expect((await answer).status).toBe(200);
  },
);

test('time lost to latency counts against the deadline of the request', async () => {
  const { start, put } = await serveChaos();
  await start({ fault: 'latency', latencyMs: 60, forMs: 60_000 });
  expect((await put(thing, { headers: { 'x-deadline-ms': '55' } })).status).toBe(504);
});

test('down resets connections and makes the service not ready, but it stays alive', async () => {
  const { url, start, put } = await serveChaos();
  await start({ fault: 'down', forMs: 60_000 });
  await expect(put(thing)).rejects.toThrow('fetch failed');
  expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test('garbage is a 200 that is no JSON', async () => {
  const { start, put } = await serveChaos();
  await start({ fault: 'garbage', forMs: 60_000 });
  const response = await put(thing);
  expect(response.status).toBe(200);
  await expect(response.json()).rejects.toThrow(SyntaxError);
});

test('oversized is valid JSON of 16 MiB', async () => {
  const { start, put } = await serveChaos();
  await start({ fault: 'oversized', forMs: 60_000 });
  const body = await (await put(thing)).text();
  expect(body.length).toBeGreaterThan(16 * 1024 * 1024);
  expect(JSON.parse(body)).toEqual([]);
});

test('slow-body begins an answer and does not finish it', async () => {
  const { url, chaos, start } = await serveChaos();
  await start({ fault: 'slow-body', forMs: 60_000 });
  const request = 'PUT /v1/things/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';
  const answer = sendRaw(url, request).catch((error: Error) => error);
  await chaos('GET');
  await chaos('DELETE');
  const cut = await answer;
  expect(cut instanceof Error || (cut.status === 200 && !cut.body.includes('0\r\n\r\n'))).toBe(true);
});

test.each<FaultRequest['fault']>(['stall', 'crash'])(
  '%s hits the process after its request is answered',
  async (fault) => {
    const hit = vi.fn();
    vi.useFakeTimers();
    const start = chaosRoutes(createChaos(), silentLogger, hit).find(({ method }) => method === 'put');
    const body = { fault, ratio: 1, latencyMs: 0, status: 500, forMs: 50 };
    start?.handle({ body } as never);
    expect(hit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20);
    expect(hit).toHaveBeenCalledExactlyOnceWith(body);
    vi.useRealTimers();
  },
);
