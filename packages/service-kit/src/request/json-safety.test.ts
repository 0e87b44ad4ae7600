import { expect, test } from 'vitest';
import { maxJsonDepth, parseSafeJson, rejectUnsafeText } from './json-safety.ts';

const parse = (text: string) => parseSafeJson(Buffer.from(text));
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test('plain JSON is parsed', () => {
  expect(parse('{"a":[1,{"b":"ä"}],"c":null}')).toEqual({ a: [1, { b: 'ä' }], c: null });
});

test.each([
  ['cut', '{"a":'],
  ['empty', ''],
  ['not JSON', '<a/>'],
  ['a number of JavaScript only', '{"a":0x1}'],
])('%s text is malformed', (_name, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ status: 400, code: 'malformed-json' }));
});

test('bytes that are not UTF-8 are malformed', () => {
  const bytes = Buffer.from([0x22, 0xff, 0x22]);
  expect(() => parseSafeJson(bytes)).toThrow(expect.objectContaining({ code: 'malformed-json' }));
});

test.each([
  ['__proto__', '{"a":{"__proto__":{"admin":true}}}'],
  ['constructor', '[{"constructor":{"prototype":{}}}]'],
  ['prototype', '{"prototype":1}'],
])('the key %s is rejected at any level', (key, text) => {
  const errors = [{ pointer: expect.any(String), detail: `the key ${key} is not allowed` }];
  expect(() => parse(text)).toThrow(expect.objectContaining({ status: 400, code: 'unsafe-json', errors }));
});

test('nesting is bounded, and bounded before it can exhaust the stack', () => {
  expect(parse(nested(maxJsonDepth))).toBeInstanceOf(Array);
  expect(() => parse(nested(maxJsonDepth + 1))).toThrow(expect.objectContaining({ code: 'unsafe-json' }));
  expect(() => parse(nested(30_000))).toThrow(expect.objectContaining({ status: 400 }));
});

test.each([
  ['NUL', '"a\\u0000b"'],
  ['a lone surrogate', '["\\ud800"]'],
  ['a lone surrogate in a key', '{"\\udc00":1}'],
])('%s is rejected', (_name, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'unsafe-json' }));
});

test('text from a path or query is held to the same rule', () => {
  expect(() => rejectUnsafeText('a\0', ['query'])).toThrow(expect.objectContaining({ code: 'unsafe-json' }));
  expect(() => rejectUnsafeText('ä😀', ['query'])).not.toThrow();
});
