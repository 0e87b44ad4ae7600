import { beforeAll, describe, expect, test } from 'vitest';
import { defaults } from '../src/sdk/settings.ts';
import { record } from './parity/record.ts';
import { startStubPostgres } from './parity/stub-postgres.ts';
import { startStubRedis } from './parity/stub-redis.ts';
import type { SpanTree, Telemetry } from './parity/telemetry.ts';

let lean: Telemetry;
let published: Telemetry;
let added: Telemetry;

const byDefault = defaults.OTEL_NODE_ENABLED_INSTRUMENTATIONS;

beforeAll(async () => {
  const stubs = { DATABASE_URL: await startStubPostgres(), REDIS_PORT: String(await startStubRedis()) };
  lean = await record({ ...stubs, BALLAST_INSTRUMENTATIONS: 'lean' });
  published = await record({ ...stubs, BALLAST_INSTRUMENTATIONS: 'published' });
  added = await record({ ...stubs, OTEL_NODE_ENABLED_INSTRUMENTATIONS: `${byDefault},pino` });
}, 120_000);

const flat = (trees: readonly SpanTree[]): SpanTree[] =>
  trees.flatMap((tree) => [tree, ...flat(tree.children)]);

describe('the lean instrumentations and the published ones', () => {
  test('make the same spans: names, kinds, parents, status, events and attributes', () => {
    expect(lean.spans).toEqual(published.spans.map(withoutMountPath));
  });

  test('make the same metrics: names, units, series and counts', () => {
    const { [connections]: ours, ...rest } = ofLibraries(lean);
    const { [connections]: theirs, ...others } = ofLibraries(published);
    expect(rest).toEqual(others);
    expect(ours).toMatchObject({ descriptions: theirs?.descriptions, about: theirs?.about });
    expect(Object.keys(ours?.series ?? {})).toEqual(Object.keys(theirs?.series ?? {}));
  });
});

test.each([
  ['lean', () => lean],
  ['published', () => published],
])('queries, keys, values and baggage stay out of the spans of the %s list', (_, list) => {
  const text = JSON.stringify(list().spans);
  for (const secret of ['secret', 'a@b.c', 'user=7', '"LAMP"', 'no list']) expect(text).not.toContain(secret);
});

describe('the published instrumentations differ from the conventions, and the lean ones do not', () => {
  test('they give the path of a nested router as route where no route matched', () => {
    const missing = (spans: readonly SpanTree[]) =>
      flat(spans).filter(({ attributes }) => attributes['url.path'] === '/v1/nested/missing');
    expect(missing(published.spans)).toMatchObject([{ attributes: { 'http.route': '/v1/nested' } }]);
    expect(missing(lean.spans)[0]?.attributes).not.toHaveProperty('http.route');
  });

  test('they count a connection that was just returned as used', () => {
    const states = ({ metrics }: Telemetry) =>
      Object.entries(metrics[connections]?.series ?? {}).map(([attributes, { value }]) => [
        JSON.parse(attributes)['db.client.connection.state'],
        value,
      ]);
    expect(Object.fromEntries(states(published))).toMatchObject({ used: 1 });
    expect(Object.fromEntries(states(lean))).toMatchObject({ used: 0 });
  });
});

describe('in an ES module under Node 24, each library is instrumented', () => {
  const lists: readonly [string, () => Telemetry][] = [
    ['lean', () => lean],
    ['published', () => published],
    ['lean, and a published one by name', () => added],
  ];
  test.each(lists)('by the list: %s', (_, list) => {
    const { spans, metrics } = list();
    const seen = flat(spans).map(
      ({ attributes: { 'db.system.name': system }, name, kind }) => system ?? `${kind} ${name}`,
    );
    // The express route, undici or fetch, pg, ioredis.
    expect(seen).toEqual(expect.arrayContaining(['2 GET /v1/orders/:id', '3 POST', 'postgresql', 'redis']));
    expect(metrics).toHaveProperty(['v8js.memory.heap.used']);
  });

  test('pino by its name: lines of a plain logger carry the trace', () => {
    expect(lean.output).not.toContain('trace_id');
    expect(added.output).toContain('trace_id');
  });
});

const connections = 'db.client.connection.count';

function withoutMountPath(tree: SpanTree): SpanTree {
  if (tree.attributes['http.route'] !== '/v1/nested') return tree;
  const { 'http.route': _, ...attributes } = tree.attributes;
  return { ...tree, name: 'GET', attributes };
}

/** Without those of the runtime, which differ from run to run. */
function ofLibraries({ metrics }: Telemetry): Telemetry['metrics'] {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !name.startsWith('v8js.')));
}
