import { problem } from '../problem/problem.ts';
import { jsonPointer } from './json-pointer.ts';

/** How deep a body may nest. @default 16 */
export const maxJsonDepth = 16;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON request body and rejects what only an attack or a bug sends: nesting beyond `maxJsonDepth`,
 * keys that reach prototypes, NUL and lone surrogates (PostgreSQL rejects the first, which would be a 500).
 *
 * @throws {ProblemError} 400 `malformed-json` or `unsafe-json`
 */
export function parseSafeJson(bytes: Uint8Array): unknown {
  const value = parse(bytes);
  rejectUnsafe(value, []);
  return value;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw problem(400, 'malformed-json', 'The body is not valid JSON in UTF-8', { cause });
  }
}

function rejectUnsafe(value: unknown, path: readonly string[]): void {
  if (typeof value === 'string') rejectUnsafeText(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (path.length >= maxJsonDepth) throw unsafe(path, `nested deeper than ${maxJsonDepth} levels`);
  for (const [key, member] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) throw unsafe(path, `the key ${key} is not allowed`);
    rejectUnsafeText(key, path);
    rejectUnsafe(member, [...path, key]);
  }
}

/** Rejects text that PostgreSQL can't store; also used for paths and queries. */
export function rejectUnsafeText(text: string, path: readonly string[]): void {
  if (text.includes('\0') || !text.isWellFormed()) throw unsafe(path, 'contains NUL or a lone surrogate');
}

function unsafe(path: readonly string[], detail: string) {
  const errors = [{ pointer: jsonPointer(path), detail }];
  return problem(400, 'unsafe-json', 'The request holds something no client of this API sends', { errors });
}
