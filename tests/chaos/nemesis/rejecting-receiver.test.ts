import { afterEach, expect, it } from 'vitest';
import { startProxy } from '../proxy/proxy.ts';
import { answerWithRejections } from './rejecting-receiver.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it('answers 422 to everything until it ends', async () => {
  const proxy = await startProxy({ upstreams: [] });
  cleanups.push(() => proxy.close());
  const url = `http://127.0.0.1:${proxy.port}/v1/purchases/1`;
  const end = await answerWithRejections(proxy);
  cleanups.push(end);
  const answer = await fetch(url, { method: 'PUT', body: '{}' });
  expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'invalid-body' }]);
  await end();
  await expect(fetch(url)).rejects.toThrow();
});
