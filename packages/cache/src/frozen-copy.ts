import type { Schema } from './cache-options.ts';
import { parseJson } from './envelope.ts';

export type Copy<T> =
  | { readonly ok: true; readonly value: T; readonly json: string }
  | { readonly ok: false };

/**
 * What the value will be after a trip through Redis, or `ok: false` when it would not survive one. The copy is frozen,
 * so that neither the caller who stored it nor one who reads it can change what the others get.
 */
export function frozenCopy<T>(value: unknown, schema: Schema<T>): Copy<T> {
  try {
    const parsed = schema.safeParse(parseJson(JSON.stringify(value) ?? ''));
    if (!parsed.success || parsed.data === undefined) return { ok: false };
    // From what the schema let through: a field it does not name never reaches Redis.
    return { ok: true, value: deepFreeze(parsed.data), json: JSON.stringify(parsed.data) };
  } catch {
    return { ok: false }; // cycles, BigInt, a schema that throws
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
