import { ignoreRejection, isThenable } from '@ballast/resilience/primitives';

/** The part of a zod schema the cache needs; zod 3, zod 4 and zod/mini all fit. It must be synchronous. */
export interface Schema<T> {
  safeParse(input: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** What the schema makes of JSON, frozen; not ok when it is rejected, and when the schema is asynchronous or throws. */
export function frozenOutput<T>(schema: Schema<T>, input: unknown): Parsed<T> {
  try {
    const result = schema.safeParse(input);
    ignoreRejection(result);
    if (result.success && result.data !== undefined) return { ok: true, value: deepFreeze(result.data) };
  } catch {
    // Asynchronous refinements, transforms that throw, getters, values that are nested too deeply.
  }
  return { ok: false };
}

/** `undefined` is no JSON value, so it can stand for: not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const neverJson = new Set(['function', 'symbol', 'bigint']);

/** @throws for parts that no JSON can hold */
function deepFreeze<T>(value: T): T {
  if (neverJson.has(typeof value)) throw new TypeError(`a ${typeof value} is no JSON`);
  if (typeof value !== 'object' || value === null) return value;
  if (isThenable(value)) {
    ignoreRejection(value);
    throw new TypeError('a promise is no JSON');
  }
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
