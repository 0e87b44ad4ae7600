import { frozenOutput, parseJson, type Schema } from './schema.ts';

export type Copy<T> =
  | { readonly ok: true; readonly value: T; readonly json: string }
  | { readonly ok: false };

/**
 * What the value will be after a trip through Redis, or `ok: false` when it would not survive one. The copy is frozen,
 * so that neither the caller who stored it nor one who reads it can change what the others get.
 */
export function frozenCopy<T>(value: unknown, schema: Schema<T>): Copy<T> {
  const input = toJson(value);
  const parsed = frozenOutput(schema, input === undefined ? undefined : parseJson(input));
  if (!parsed.ok) return parsed;
  // From what the schema let through: a field it does not name never reaches Redis.
  const json = toJson(parsed.value);
  return json === undefined ? { ok: false } : { ok: true, value: parsed.value, json };
}

/** `undefined` for what JSON can't hold: cycles, a BigInt, a getter that throws. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
