import { beforeAll, describe, expect, test } from 'vitest';
import { record } from './parity/record.ts';
import { startStubPostgres } from './parity/stub-postgres.ts';
import { startStubRedis } from './parity/stub-redis.ts';
import type { SpanTree, Telemetry } from './parity/telemetry.ts';

/** Every library has to be seen at work, or two empty lists would be equal. */
const libraries = ['http.route', 'url.full', 'db.system.name=postgresql', 'db.system.name=redis'];

let lean: Telemetry;
let published: Telemetry;

beforeAll(async () => {
  const stubs = { DATABASE_URL: await startStubPostgres(), REDIS_PORT: String(await startStubRedis()) };
  lean = await record({ ...stubs, BALLAST_INSTRUMENTATIONS: 'lean' });
  published = await record({ ...stubs, BALLAST_INSTRUMENTATIONS: 'published' });
}, 120_000);

const flat = (trees: readonly SpanTree[]): SpanTree[] =>
  trees.flatMap((tree) => [tree, ...flat(tree.children)]);

describe('the lean instrumentations and the published ones', () => {
  test('are both at work in an ES module, for each library', () => {
    for (const { spans } of [lean, published]) {
      const attributes = flat(spans).flatMap((span) => Object.entries(span.attributes));
      const seen = attributes.flatMap(([name, value]) => [name, `${name}=${value}`]);
      expect(libraries.filter((library) => !seen.includes(library))).toEqual([]);
    }
  });

  test('make the same spans: names, kinds, parents, status, events and attributes', () => {
    expect(lean.spans).toEqual(published.spans.map(withoutMountPath));
  });

  test('make the same metrics: names, units, series and counts', () => {
    const { [connections]: ours, ...rest } = lean.metrics;
    const { [connections]: theirs, ...others } = published.metrics;
    expect(rest).toEqual(others);
    expect(ours).toMatchObject({ descriptions: theirs?.descriptions, about: theirs?.about });
    expect(Object.keys(ours?.series ?? {})).toEqual(Object.keys(theirs?.series ?? {}));
  });
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

const connections = 'db.client.connection.count';

function withoutMountPath(tree: SpanTree): SpanTree {
  if (tree.attributes['http.route'] !== '/v1/nested') return tree;
  const { 'http.route': _, ...attributes } = tree.attributes;
  return { ...tree, name: 'GET', attributes };
}
