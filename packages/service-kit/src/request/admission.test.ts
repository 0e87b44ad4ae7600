import { type Admission, createLoadShedder } from '@ballast/resilience';
import { expect, onTestFinished, test } from 'vitest';
import { serveThings } from '../../test/things.ts';
import { problemSchema } from '../problem/problem.ts';

const thing = { name: 'lamp', count: 1 };

function shedder(decide: () => Admission) {
  const real = createLoadShedder();
  onTestFinished(() => real.close());
  const asked: unknown[][] = [];
  const admit = (...args: unknown[]) => {
    asked.push(args);
    return decide();
  };
  return { asked, admission: { admit, snapshot: () => real.snapshot() } };
}

test('a refused request is a 503 with Retry-After, and its route never runs', async () => {
  const { admission } = shedder(() => ({ admitted: false, retryAfterMs: 1500, reason: 'overloaded' }));
  const handle = () => Promise.reject(new Error('ran'));
  const { put } = await serveThings(handle, { admission });
  const response = await put(thing);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'overloaded' });
});

test('a refused request is not even parsed', async () => {
  const { admission } = shedder(() => ({ admitted: false, retryAfterMs: 1, reason: 'full' }));
  const { put } = await serveThings(undefined, { admission });
  expect((await put('{"name":')).status).toBe(503);
});

test('the shedder is asked with the priority and the time the request has left', async () => {
  const { admission, asked } = shedder(() => ({ admitted: true, release() {} }));
  const { put } = await serveThings(undefined, { admission });
  await put(thing, { headers: { 'x-deadline-ms': '900', 'x-priority': 'sheddable' } });
  expect(asked).toEqual([['sheddable', expect.any(Number)]]);
  expect(asked[0]?.[1]).toBeLessThanOrEqual(850);
});

test.each([
  ['an answer', () => {}],
  ['an error', () => Promise.reject(new Error('boom'))],
])('a permit is released exactly once after %s', async (_name, handle) => {
  let released = 0;
  const { admission } = shedder(() => ({ admitted: true, release: () => void released++ }));
  const { put } = await serveThings(handle, { admission });
  await put(thing);
  expect(released).toBe(1);
});

test('a permit is kept until the work is over, also when its answer came at the deadline', async () => {
  let released = 0;
  const { promise: work, resolve: finish } = Promise.withResolvers<void>();
  const { admission } = shedder(() => ({ admitted: true, release: () => void released++ }));
  const { put } = await serveThings(() => work, { admission });
  expect((await put(thing, { headers: { 'x-deadline-ms': '300' } })).status).toBe(504);
  expect(released).toBe(0);
  finish();
  await expect.poll(() => released).toBe(1);
});

test('health, resilience and the API document are never shed', async () => {
  const { admission, asked } = shedder(() => ({ admitted: false, retryAfterMs: 1, reason: 'full' }));
  const { url } = await serveThings(undefined, { admission });
  for (const path of ['/health/live', '/health/ready', '/resilience', '/openapi.json']) {
    expect((await fetch(url + path)).status).toBe(200);
  }
  expect(asked).toEqual([]);
});

test('the shedder of @ballast/resilience sheds when its limit is reached, and shows it', async () => {
  const admission = createLoadShedder({ maxInFlight: 1 });
  onTestFinished(() => admission.close());
  const { promise: work, resolve: finish } = Promise.withResolvers<void>();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const handle = () => {
    start();
    return work;
  };
  const { url, put } = await serveThings(handle, { admission });
  const first = put(thing);
  await started;
  expect((await put(thing)).status).toBe(503);
  expect(await (await fetch(`${url}/resilience`)).json()).toMatchObject({ admission: { inFlight: 1 } });
  finish();
  expect((await first).status).toBe(200);
});
