import { createLoadShedder, dependency } from '@ballast/resilience';
import { afterAll, expect, test } from 'vitest';
import { serveThings } from '../../test/things.ts';
import { createReadiness } from '../lifecycle/readiness.ts';
import { type CacheReport, resilienceReport } from '../report/resilience-report.ts';

const inventory = dependency({ name: 'inventory', call: async () => 'fine' });
const products: CacheReport = {
  name: 'products',
  enabled: true,
  hits: { memory: 3, redis: 0 },
  misses: 1,
  staleServed: 0,
  rejectedEntries: 0,
  rejectedInputs: 0,
  loads: { started: 1, joined: 0, failed: 0, inFlight: 0 },
  memory: { entries: 1, bytes: 200, maxEntries: 1000, maxBytes: 1_000_000 },
};
const flags = { values: { 'protection.breaker': true } };
const resilience = {
  dependencies: [inventory],
  caches: [{ snapshot: () => products }],
  flags: { snapshot: () => flags },
};
const admission = createLoadShedder();
afterAll(() => admission.close());
const expected = {
  service: 'things',
  at: expect.stringMatching(/^\d{4}-.*Z$/),
  dependencies: [inventory.snapshot()],
  admission: expect.objectContaining({ enabled: true, maxInFlight: 256 }),
  cache: [products],
  flags,
};

test('the state of every policy is answered as JSON, as the schema says', async () => {
  const { url } = await serveThings(undefined, { resilience, admission });
  const report = await (await fetch(`${url}/resilience`)).json();
  expect(report).toEqual(expected);
  expect(resilienceReport.parse(report)).toEqual(report);
});

test('an app without any of it answers a report that the schema takes', async () => {
  const { url } = await serveThings();
  const report = await (await fetch(`${url}/resilience`)).json();
  expect(resilienceReport.parse(report)).toEqual(report);
});

test('the OpenAPI document describes the report', async () => {
  const { url } = await serveThings();
  // biome-ignore lint/suspicious/noExplicitAny: read freely
  const { paths, components }: any = await (await fetch(`${url}/openapi.json`)).json();
  const { schema } = paths['/resilience'].get.responses[200].content['application/json'];
  expect(schema).toEqual({ $ref: '#/components/schemas/ResilienceReport' });
  expect(components.schemas.ResilienceReport.required).toEqual(['service', 'at', 'dependencies', 'cache']);
  expect(components.schemas.ResilienceReport.properties.dependencies.items.$ref).toContain(
    'DependencyReport',
  );
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
