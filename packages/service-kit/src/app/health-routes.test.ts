import { expect, test } from 'vitest';
import { serveThings } from '../../test/things.ts';
import { createReadiness } from '../lifecycle/readiness.ts';
import { problemSchema } from '../problem/problem.ts';

const away = () => Promise.reject(new Error('gone'));

test('live answers 200 while a required dependency is away', async () => {
  const { url } = await serveThings(undefined, {
    readiness: createReadiness({ required: { postgres: away } }),
  });
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test('ready answers 503 naming what is missing', async () => {
  const { url } = await serveThings(undefined, {
    readiness: createReadiness({ required: { postgres: away } }),
  });
  const response = await fetch(`${url}/health/ready`);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  const { code, errors } = problemSchema.parse(await response.json());
  expect({ code, errors }).toEqual({
    code: 'not-ready',
    errors: [{ pointer: '/required/postgres', detail: 'not reachable' }],
  });
});

test('ready answers 200 and names degraded dependencies', async () => {
  const optional = { recommendation: () => 'breaker open' };
  const { url } = await serveThings(undefined, { readiness: createReadiness({ optional }) });
  const response = await fetch(`${url}/health/ready`);
  expect([response.status, await response.json()]).toEqual([
    200,
    { status: 'ready', service: 'things', degraded: { recommendation: 'breaker open' } },
  ]);
});

test('ready names a flag file that was rejected as degraded, and not what stands in it', async () => {
  let problem: string | undefined = 'not JSON: Unexpected token s3 in JSON';
  const flags = { snapshot: () => ({ values: {}, ...(problem !== undefined && { problem }) }) };
  const { url } = await serveThings(undefined, { resilience: { flags } });
  const degraded = async () => {
    const answer = await fetch(`${url}/health/ready`);
    return [answer.status, ((await answer.json()) as { degraded: unknown }).degraded];
  };
  expect(await degraded()).toEqual([200, { flags: 'the flag file was rejected, the last good flags stay' }]);
  problem = undefined;
  expect(await degraded()).toEqual([200, {}]);
});

test('a draining service is not ready, closes connections and still answers', async () => {
  const readiness = createReadiness();
  const { url, put } = await serveThings(undefined, { readiness });
  readiness.drain();
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
  const answer = await put({ name: 'lamp', count: 1 });
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
});

test('a request that was at work when draining began closes its connection too', async () => {
  const readiness = createReadiness();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const handle = () => {
    start();
    return finished;
  };
  const { put } = await serveThings(handle, { readiness });
  const answer = put({ name: 'lamp', count: 1 });
  await started;
  readiness.drain();
  finish();
  expect((await answer).headers.get('connection')).toBe('close');
});
