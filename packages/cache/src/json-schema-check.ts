/** The part of a zod 4 schema that is looked into. Other schemas can't be, and are trusted. */
interface Definition {
  readonly type?: string;
  readonly coerce?: boolean;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly catchall?: unknown;
  readonly element?: unknown;
  readonly items?: readonly unknown[];
  readonly rest?: unknown;
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
}

const neverJson = new Set([
  'bigint',
  'custom',
  'file',
  'function',
  'map',
  'nan',
  'promise',
  'set',
  'symbol',
  'transform',
  'undefined',
  'void',
]);

/**
 * Where, and what, in a schema makes values that do not come back out of JSON as they went in, such as
 * `items.[].at is a date`; undefined when nothing does. An entry that can't be read back would be a miss for ever.
 */
export function notJsonIn(schema: unknown, path = '', seen: Set<unknown> = new Set()): string | undefined {
  const definition = definitionOf(schema);
  // A schema that contains itself has been looked into already.
  if (definition === undefined || seen.has(schema)) return undefined;
  seen.add(schema);
  const { type = '' } = definition;
  const isLossy =
    neverJson.has(type) ||
    (type === 'date' && definition.coerce !== true) ||
    (type === 'literal' && definition.values?.some((value) => !isJson(value))) ||
    // A codec, or a preprocessor.
    (type === 'pipe' && typeof definition.transform === 'function');
  if (isLossy) return `${path === '' ? 'it' : path} is a ${type === 'pipe' ? 'transform' : type}`;
  for (const [name, inner] of partsOf(definition)) {
    const found = notJsonIn(inner, join(path, name), seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function definitionOf(schema: unknown): Definition | undefined {
  return (schema as { readonly _zod?: { readonly def?: Definition } } | undefined)?._zod?.def;
}

function partsOf(definition: Definition): [name: string, schema: unknown][] {
  const { shape, catchall, element, items, rest, valueType, options, left, right, innerType } = definition;
  return [
    ...Object.entries(shape ?? {}),
    ...(items ?? []).map((item, index): [string, unknown] => [`[${index}]`, item]),
    ...(options ?? []).map((option): [string, unknown] => ['', option]),
    ['[]', element],
    ['[]', rest],
    ['[]', valueType],
    ['[]', catchall],
    ['', left],
    ['', right],
    ['', innerType],
    ['', definition.getter?.()],
    ['', definition.in],
    ['', definition.out],
  ];
}

const join = (path: string, name: string): string => [path, name].filter((part) => part !== '').join('.');

const isJson = (value: unknown): boolean =>
  value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
