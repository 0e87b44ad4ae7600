import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import * as z3 from 'zod/v3';
import { createCache, type Schema } from '../../src/index.ts';

// The same as in 13-schema, with other inputs: of zod 3, of zod/mini, and where a schema hides.

const make = (schema: unknown) => createCache({ name: 'offers', schema: schema as Schema<unknown> });
const rejected = expect.objectContaining({ code: 'E_INVALID_OPTION', option: 'schema' });

const lossy: [string, unknown][] = [
  ['a nullable date', z.date().nullable()],
  ['a date with a limit', z.date().min(new Date(0))],
  ['a date in what catches the other fields', z.object({}).catchall(z.date())],
  ['a date in the rest of a tuple', z.tuple([z.string()]).rest(z.date())],
  ['a date on one side of an intersection', z.intersection(z.object({}), z.object({ at: z.date() }))],
  [
    'a date in one of a discriminated union',
    z.discriminatedUnion('k', [z.object({ k: z.literal('a'), at: z.date() })]),
  ],
  ['a date in a partial object', z.object({ at: z.date() }).partial()],
  ['a date in an extended object', z.object({}).extend({ at: z.date() })],
  ['a date with a catch', z.object({ at: z.date().catch(new Date(0)) })],
  ['a date with a prefault', z.object({ at: z.date().prefault(new Date(0)) })],
  ['a date that is read-only', z.object({ at: z.date().readonly() })],
  ['a date with a refinement', z.object({ at: z.date().refine(() => true) })],
  [
    'a date in itself',
    (() => {
      const node: z.ZodType = z.object({ at: z.date(), next: z.lazy(() => node.optional()) });
      return node;
    })(),
  ],
  [
    'a date behind a getter',
    z.object({
      get at() {
        return z.date();
      },
    }),
  ],
  [
    'a record with transformed keys',
    z.record(
      z
        .string()
        .transform((key) => key.length)
        .pipe(z.any()),
      z.string(),
    ),
  ],
  ['a bigint literal', z.literal(1n)],
  ['a bigint of 64 bits', z.object({ id: z.int64() })],
  ['undefined as one of several literals', z.literal(['a', undefined])],
  ['whether another schema would match', z.success(z.string())],
  ['a preprocessor', z.object({ at: z.preprocess((it) => new Date(it as string), z.date()) })],
  ['a transform in a list', z.array(z.string().transform((it) => it.length))],
  ['an async refinement', z.object({ sku: z.string().refine(async () => true) })],
  ['an async check', z.object({ sku: z.string() }).check(async () => {})],
  ['zod/mini: a date', mini.object({ at: mini.date() })],
  ['zod/mini: a map', mini.array(mini.map(mini.string(), mini.string()))],
  [
    'zod/mini: a transform',
    mini.pipe(
      mini.string(),
      mini.transform((it: string) => it.length),
    ),
  ],
  ['zod 3: a date', z3.object({ at: z3.date() })],
  ['zod 3: a bigint', z3.array(z3.bigint())],
  ['zod 3: a map', z3.object({ at: z3.map(z3.string(), z3.string()).optional() })],
  ['zod 3: a set', z3.union([z3.string(), z3.set(z3.string())])],
  ['zod 3: a transform', z3.object({ at: z3.string().transform((it) => it.length) })],
  ['zod 3: a preprocessor', z3.preprocess((it) => it, z3.string())],
  ['zod 3: a date behind a refinement', z3.object({ at: z3.date() }).refine(() => true)],
  ['zod 3: a branded date', z3.date().brand('at')],
  ['zod 3: a date behind lazy', z3.lazy(() => z3.date())],
  ['zod 3: a bigint literal', z3.literal(1n)],
];

test.each(lossy)('is rejected: %s', (_, schema) => {
  expect(() => make(schema)).toThrow(rejected);
});

const fine: [string, unknown, unknown][] = [
  ['text that is changed in place', z.string().trim().toLowerCase(), 'x'],
  ['text that is overwritten', z.string().overwrite((it) => it), 'x'],
  ['a template literal', z.templateLiteral(['a', z.number()]), 'a7'],
  ['numbers that are coerced', z.object({ n: z.coerce.number() }), { n: 7 }],
  ['a record with an enum of keys', z.partialRecord(z.enum(['a', 'b']), z.number()), { a: 1 }],
  ['JSON', z.json(), { a: [1, null, 'x'] }],
  ['null', z.null(), null],
  ['a custom check', z.object({ sku: z.string() }).superRefine(() => {}), { sku: 'x' }],
  ['zod/mini', mini.object({ sku: mini.optional(mini.string()) }), { sku: 'x' }],
  ['zod 3', z3.object({ sku: z3.string().optional(), list: z3.array(z3.number()) }), { sku: 'x', list: [7] }],
  ['zod 3: a coerced date', z3.object({ at: z3.coerce.date() }), { at: new Date(0) }],
  ['zod 3: a refinement', z3.string().refine((it) => it !== 'no'), 'x'],
  [
    'zod 3: a discriminated union',
    z3.discriminatedUnion('k', [z3.object({ k: z3.literal('a') })]),
    { k: 'a' },
  ],
  ['zod 3: a tuple and a record', z3.tuple([z3.record(z3.number())]), [{ a: 1 }]],
];

test.each(fine)('is taken: %s', async (_, schema, value) => {
  const cache = make(schema);
  await cache.set('a', value);
  expect((await cache.get('a'))?.value).toEqual(value);
});

test('a schema may need what is not there yet when the cache is made', async () => {
  let later: z.ZodType | undefined;
  const cache = make(
    z.object({ sku: z.lazy(() => later as z.ZodType).optional(), at: z.lazy(() => missing()) }),
  );
  later = z.string();
  await cache.set('a', { sku: 'x', at: 7 });
  expect((await cache.get('a'))?.value).toEqual({ sku: 'x', at: 7 });

  function missing(): z.ZodType {
    if (later === undefined) throw new ReferenceError('not there yet');
    return z.number();
  }
});

describe('a schema with a check of the user', () => {
  test('that rejects a value keeps it out, like any other', async () => {
    const cache = make(z.object({ sku: z.string().refine((sku) => sku !== 'no') }));
    await cache.set('a', { sku: 'no' });
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('a', { sku: 'yes' });
    expect(await cache.get('a')).toMatchObject({ value: { sku: 'yes' } });
  });
});

describe('a schema that is made anew at each level', () => {
  const tree = (): z.ZodType => z.object({ name: z.string(), children: z.lazy(() => z.array(tree())) });

  test('is taken', async () => {
    const value = { name: 'a', children: [{ name: 'b', children: [] }] };
    const cache = make(tree());
    await cache.set('a', value);
    expect((await cache.get('a'))?.value).toEqual(value);
  });

  test('is rejected for what is in each level', () => {
    const dated = (): z.ZodType => z.object({ children: z.lazy(() => z.array(dated())), at: z.date() });
    expect(() => make(dated())).toThrow(rejected);
  });
});
