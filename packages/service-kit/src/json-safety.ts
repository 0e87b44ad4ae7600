import { problem } from './problem.ts';

/** How deep a body may nest. @default 16 */
export const MAX_JSON_DEPTH = 16;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON request body and refuses what only an attack or a bug sends: nesting beyond `MAX_JSON_DEPTH`,
 * keys that reach prototypes, NUL and lone surrogates (PostgreSQL would refuse the first as a server error).
 *
 * @throws {ProblemError} 400 `malformed-json` or `unsafe-json`
 */
export function parseSafeJson(bytes: Uint8Array): unknown {
  const value = parse(bytes);
  refuseUnsafe(value, '', 0);
  return value;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw problem(400, 'malformed-json', 'The body is not valid JSON in UTF-8', { cause });
  }
}

function refuseUnsafe(value: unknown, pointer: string, depth: number): void {
  if (typeof value === 'string') refuseUnsafeText(value, pointer);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_JSON_DEPTH) throw unsafe(pointer, `nested deeper than ${MAX_JSON_DEPTH} levels`);
  for (const [key, member] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw unsafe(pointer, `the key ${key} is not allowed`);
    refuseUnsafe(member, `${pointer}/${key}`, depth + 1);
  }
}

/** Refuses text that PostgreSQL can't store; also used for paths and queries. */
export function refuseUnsafeText(text: string, pointer: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw unsafe(pointer, 'contains NUL or a lone surrogate');
}

function unsafe(pointer: string, detail: string) {
  // The pointer is the caller's own text: cut, and made well-formed before it goes back out.
  const errors = [{ pointer: pointer.slice(0, 200).toWellFormed(), detail }];
  return problem(400, 'unsafe-json', 'The body holds something no client of this API sends', { errors });
}
