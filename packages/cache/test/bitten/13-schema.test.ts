import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCache } from '../../src/index.ts';

// What a schema makes of a value does not come back out of JSON.

const Size = { Small: 'small', Large: 'large' } as const;

const lossy: [string, z.ZodType][] = [
  ['a date', z.date()],
  ['a bigint', z.bigint()],
  ['a map', z.map(z.string(), z.number())],
  ['a set', z.set(z.string())],
  ['a symbol', z.symbol()],
  ['NaN', z.nan()],
  ['a file', z.file()],
  ['a function', z.custom<() => void>((value) => typeof value === 'function')],
  ['an instance of a class', z.instanceof(URL)],
  ['a promise', z.promise(z.string())],
  ['a transform to another type', z.string().transform((text) => text.length)],
  ['a transform, then a pipe', z.string().transform(Number).pipe(z.number())],
  ['a transform that looks harmless', z.object({ sku: z.string() }).transform(({ sku }) => sku)],
  [
    'a codec',
    z.codec(z.string(), z.date(), { decode: (it) => new Date(it), encode: (it) => it.toISOString() }),
  ],
  ['a stringbool', z.stringbool()],
  ['a coerced bigint, which JSON can not hold', z.coerce.bigint()],
  ['nothing but undefined', z.undefined()],
  ['void', z.void()],
];

const nested: [string, (inner: z.ZodType) => z.ZodType][] = [
  ['as it is', (inner) => inner],
  ['in an object', (inner) => z.object({ id: z.string(), at: inner })],
  ['in an optional field', (inner) => z.object({ at: inner.optional() })],
  ['in a list', (inner) => z.array(inner)],
  ['in a tuple', (inner) => z.tuple([z.string(), inner])],
  ['in a record', (inner) => z.record(z.string(), inner)],
  ['in a union', (inner) => z.union([z.string(), inner])],
  ['behind lazy', (inner) => z.lazy(() => inner)],
  ['with a default', (inner) => z.object({ at: inner.nullable().default(null) })],
  ['with a brand and a description', (inner) => z.object({ at: inner.brand('x').describe('y') })],
];

const make = (schema: z.ZodType) => createCache({ name: 'offers', schema });

describe('a schema whose output does not survive JSON', () => {
  test.each(lossy)('is rejected when the cache is made: %s', (_, schema) => {
    expect(() => make(schema)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', option: 'schema' }),
    );
  });

  test.each(nested)('is rejected wherever it hides: %s', (_, hide) => {
    for (const [, schema] of [lossy[0], lossy[1], lossy[10]] as typeof lossy) {
      expect(() => make(hide(schema))).toThrow(expect.objectContaining({ option: 'schema' }));
    }
  });

  test('is named with its place in the message', () => {
    const schema = z.object({ items: z.array(z.object({ at: z.date() })) });
    expect(() => make(schema)).toThrow(/items.*at.*date/s);
  });
});

describe('a schema whose output survives JSON', () => {
  const recursive: z.ZodType = z.object({ name: z.string(), children: z.lazy(() => z.array(recursive)) });
  const fine: [string, z.ZodType, unknown][] = [
    ['text', z.string().min(1).trim(), 'x'],
    ['an ISO date as text', z.iso.datetime(), '2026-11-25T12:00:00.000Z'],
    ['a date that accepts its own JSON', z.coerce.date(), new Date(0)],
    ['a date that accepts its own JSON, inside', z.object({ at: z.coerce.date() }), { at: new Date(0) }],
    ['an object', z.strictObject({ a: z.number().int(), b: z.boolean().nullable() }), { a: 1, b: null }],
    ['an optional field', z.object({ a: z.string().optional() }), {}],
    ['a field with a default', z.object({ a: z.string().default('x') }), { a: 'y' }],
    [
      'a list, a tuple, a record',
      z.tuple([z.array(z.number()), z.record(z.string(), z.number())]),
      [[1], { a: 1 }],
    ],
    [
      'a discriminated union',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') })]),
      { kind: 'a' },
    ],
    ['an enum', z.enum(Size), Size.Large],
    [
      'an intersection',
      z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
      { a: 'x', b: 'y' },
    ],
    ['a refinement', z.string().refine((text) => text !== 'no'), 'yes'],
    ['a readonly', z.array(z.string()).readonly(), ['a']],
    ['a catch', z.object({ a: z.number().catch(0) }), { a: 1 }],
    ['a recursive one', recursive, { name: 'a', children: [{ name: 'b', children: [] }] }],
    ['anything', z.unknown(), { a: 1 }],
  ];

  test.each(fine)('is taken: %s', async (_, schema, value) => {
    const cache = make(schema);
    await cache.set('a', value);
    expect((await cache.get('a'))?.value).toEqual(value);
  });

  test('is taken though it is no zod 4 schema: what can not be looked into is trusted', () => {
    const schema = { safeParse: (data: unknown) => ({ success: true, data }) as const };
    expect(() => createCache({ name: 'offers', schema })).not.toThrow();
  });
});
