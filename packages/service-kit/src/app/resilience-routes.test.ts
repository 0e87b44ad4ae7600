import { createLoadShedder } from '@ballast/resilience';
import { afterAll, expect, test } from 'vitest';
import { serveThings } from '../../test/things.ts';
import { createReadiness } from '../lifecycle/readiness.ts';

const named = (name: string) => ({ snapshot: () => ({ name }) });
const resilience = { dependencies: [named('inventory')], caches: [named('products')], flags: named('flags') };
const admission = createLoadShedder();
afterAll(() => admission.close());
const expected = {
  service: 'things',
  at: expect.stringMatching(/^\d{4}-.*Z$/),
  dependencies: [{ name: 'inventory' }],
  admission: expect.objectContaining({ enabled: true, maxInFlight: 256 }),
  cache: [{ name: 'products' }],
  flags: { name: 'flags' },
};

test('every policy is told as JSON', async () => {
  const { url } = await serveThings(undefined, { resilience, admission });
  expect(await (await fetch(`${url}/resilience`)).json()).toEqual(expected);
});

test('who asks for an event stream gets snapshots until the service drains', async () => {
  const readiness = createReadiness();
  const { url } = await serveThings(undefined, { resilience, admission, readiness });
  const response = await fetch(`${url}/resilience`, { headers: { accept: 'text/event-stream' } });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  const [, event, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec((await events.read()).value ?? '') ?? [];
  expect([event, JSON.parse(data ?? '')]).toEqual(['snapshot', expected]);
  readiness.drain();
  while (!(await events.read()).done);
});
