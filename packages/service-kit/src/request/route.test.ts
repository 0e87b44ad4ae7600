import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeRoute } from './route.ts';

const base = { method: 'put', name: 'x', summary: 'x', responses: { 204: { description: 'done' } } } as const;
const handle = () => ({ status: 204 as const });

test('path parameters that are not described are rejected', () => {
  expect(() => describeRoute({ ...base, path: '/a/{id}', handle })).toThrow(
    '/a/{id}: params must describe {id}, received {}',
  );
});

test('described parameters that are not in the path are rejected', () => {
  const params = z.object({ id: z.string(), sku: z.string() });
  expect(() => describeRoute({ ...base, path: '/a/{id}', params, handle })).toThrow('received {id,sku}');
});

test('a body that lets unknown keys pass is rejected', () => {
  expect(() => describeRoute({ ...base, path: '/a', body: z.object({ a: z.string() }), handle })).toThrow(
    '/a: body must be a z.strictObject',
  );
  expect(() =>
    describeRoute({ ...base, path: '/a', body: z.strictObject({ a: z.string() }), handle }),
  ).not.toThrow();
});
