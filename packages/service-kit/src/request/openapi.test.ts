import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { putThing, serveThings } from '../../test/things.ts';
import { openApiDocument } from './openapi.ts';
import { describeRoute } from './route.ts';

const list = describeRoute({
  method: 'get',
  path: '/v1/things/{id}',
  name: 'getThing',
  summary: 'One thing',
  params: z.object({ id: z.string() }),
  responses: { 200: { description: 'The thing', schema: z.object({ id: z.string() }) } },
  problems: { 410: 'It is gone' },
  handle: ({ params }) => ({ status: 200, body: params }),
});

// biome-ignore lint/suspicious/noExplicitAny: read freely, checked by the validator
const document: any = openApiDocument({ title: 'things', version: '1.0.0' }, [putThing(), list]);

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('routes of one path are kept together', () => {
  expect(Object.keys(document.paths)).toEqual(['/v1/things/{id}']);
  expect(Object.keys(document.paths['/v1/things/{id}'])).toEqual(['put', 'get']);
});

test('schemas are the ones that check requests', () => {
  expect(document.paths['/v1/things/{id}'].put.requestBody.content['application/json'].schema).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 20 },
      count: { type: 'integer', minimum: 1, maximum: 99 },
    },
    required: ['name', 'count'],
    additionalProperties: false,
  });
});

test('every problem a route can answer is documented, 413 and 415 only where there is a body', () => {
  const { get, put } = document.paths['/v1/things/{id}'];
  const common = ['400', '404', '405', '408', '431', '500', '503', '504'];
  expect(Object.keys(get.responses)).toEqual(['200', ...common, '410'].sort());
  expect(Object.keys(put.responses)).toEqual(['200', '413', '415', ...common].sort());
  expect(get.responses[410]).toEqual({
    description: 'It is gone',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
});

test('a running app serves it', async () => {
  const { url } = await serveThings();
  expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'things' },
  });
});
