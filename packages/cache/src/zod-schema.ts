import { types } from 'node:util';
import { ignoreRejection, isThenable } from '@ballast/resilience/primitives';
import type { Schema } from './schema.ts';

/** What is looked into of a schema of zod 3 or 4. Other schemas can't be looked into, and are trusted. */
interface Definition {
  readonly type?: string;
  readonly coerce?: boolean;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly catchall?: unknown;
  readonly element?: unknown;
  readonly items?: readonly unknown[];
  readonly rest?: unknown;
  readonly keyType?: unknown;
  readonly valueType?: unknown;
  readonly options?: readonly unknown[];
  readonly left?: unknown;
  readonly right?: unknown;
  readonly innerType?: unknown;
  readonly getter?: () => unknown;
  readonly in?: unknown;
  readonly out?: unknown;
  readonly transform?: unknown;
  readonly values?: readonly unknown[];
  readonly checks?: readonly unknown[];
}

interface Zod4 {
  readonly _zod?: {
    readonly def?: Definition & { readonly check?: string; readonly fn?: unknown };
    readonly check?: unknown;
    run?(payload: object, context: object): unknown;
  };
}

interface Zod3 {
  readonly _def?: Definition & {
    readonly typeName?: string;
    readonly shape?: () => Readonly<Record<string, unknown>>;
    /** What an array, a branded type or a promise is of. */
    readonly type?: unknown;
    readonly schema?: unknown;
    readonly effect?: { readonly type?: string };
    readonly value?: unknown;
  };
}

const mostSchemas = 1000;

const neverJson = new Set([
  'bigint',
  'custom',
  'file',
  'function',
  'map',
  'nan',
  'promise',
  'set',
  'success',
  'symbol',
  'transform',
  'undefined',
  'void',
]);

/**
 * Where, and what, in a schema makes values that do not come back out of JSON as they went in, such as
 * `items.[].at is a date`, or can't be waited for; undefined when nothing does. An entry that can't be read back would
 * be a miss for ever.
 */
export function unusableIn(schema: unknown): string | undefined {
  for (const { path, definition } of everySchemaIn(schema)) {
    const fault = faultOf(definition);
    if (fault !== undefined) return `${path === '' ? 'it' : path} is ${fault}`;
  }
  return undefined;
}

/**
 * The schema itself, or one that does the same and keeps the promise of an asynchronous check. zod throws when a check
 * answers with a promise; nothing refers to that promise any more, and its rejection would end the process.
 */
export function withoutLostPromises<T>(schema: Schema<T>): Schema<T> {
  const zod = (schema as Zod4)._zod;
  const hasChecks = [...everySchemaIn(schema)].some(({ definition }) =>
    checksOf(definition).some((check) => check?.def?.check === 'custom'),
  );
  if (!zod?.run || !hasChecks) return schema;
  return {
    safeParse(input) {
      const result = zod.run?.({ value: input, issues: [] }, { async: true });
      ignoreRejection(result);
      const { value, issues } = result as { readonly value: T; readonly issues: readonly unknown[] };
      return !isThenable(result) && issues.length === 0 ? { success: true, data: value } : { success: false };
    },
  };
}

function faultOf(definition: Definition): string | undefined {
  const { type = '', coerce, transform, values = [] } = definition;
  // A codec, or a preprocessor.
  if (type === 'pipe' && typeof transform === 'function') return 'a transform';
  // A coerced date accepts the text that JSON makes of it.
  const isLossy = neverJson.has(type) || (type === 'date' && coerce !== true);
  if (isLossy || (type === 'literal' && !values.every(isJson))) return `a ${type}`;
  const isAsync = checksOf(definition).some(
    (check) => types.isAsyncFunction(check?.def?.fn) || types.isAsyncFunction(check?.check),
  );
  return isAsync ? 'checked asynchronously' : undefined;
}

/** The schema and all that it is made of, each with its place. One that contains itself is visited once. */
function* everySchemaIn(
  schema: unknown,
): Generator<{ readonly path: string; readonly definition: Definition }> {
  const found = [{ schema, path: '' }];
  const seen = new Set<unknown>();
  for (const { schema, path } of found) {
    const definition = definitionOf(schema);
    if (definition === undefined || seen.has(schema)) continue;
    // A lazy schema may make a new one of its kind each time.
    if (seen.size === mostSchemas) return;
    seen.add(schema);
    yield { path, definition };
    for (const [name, inner] of partsOf(definition)) found.push({ schema: inner, path: join(path, name) });
  }
}

function definitionOf(schema: unknown): Definition | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  return (schema as Zod4)._zod?.def ?? definitionOfZod3(schema);
}

/** In the words of zod 4. */
function definitionOfZod3({ _def: definition }: Zod3): Definition | undefined {
  const { typeName, type: inner, schema, effect, shape, value, ...rest } = definition ?? {};
  if (typeof typeName !== 'string') return undefined;
  const isChanged = effect?.type === 'transform' || effect?.type === 'preprocess';
  const name = typeName.replace('Zod', '').toLowerCase();
  return {
    innerType: schema ?? inner,
    ...rest,
    type: isChanged ? 'transform' : name,
    ...(name === 'object' && { shape: shape?.() ?? {} }),
    ...(name === 'literal' && { values: [value] }),
    checks: [],
  };
}

function partsOf(definition: Definition): [name: string, schema: unknown][] {
  const { shape, catchall, element, items, rest, keyType, valueType, options, left, right, innerType } =
    definition;
  return [
    ...Object.entries(shape ?? {}),
    ...(items ?? []).map((item, index): [string, unknown] => [`[${index}]`, item]),
    ...(options ?? []).map((option): [string, unknown] => ['', option]),
    ['[]', element],
    ['[]', rest],
    ['[]', keyType],
    ['[]', valueType],
    ['[]', catchall],
    ['', left],
    ['', right],
    ['', innerType],
    ['', lazySchema(definition.getter)],
    ['', definition.in],
    ['', definition.out],
  ];
}

/** It may need what is not there yet when the cache is made. */
function lazySchema(getter: Definition['getter']): unknown {
  try {
    return getter?.();
  } catch {
    return undefined;
  }
}

const checksOf = ({ checks }: Definition): Zod4['_zod'][] =>
  (checks ?? []).map((check) => (check as Zod4)._zod);

const join = (path: string, name: string): string => [path, name].filter((part) => part !== '').join('.');

const isJson = (value: unknown): boolean =>
  value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
