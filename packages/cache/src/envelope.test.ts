import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { propertyRuns } from '../test/property-runs.ts';
import { hashKey } from './cache-key.ts';
import { open, seal } from './envelope.ts';

const keyHash = hashKey('customer-1');
const nowMs = 1_700_000_000_000;
const schema = z.strictObject({ sku: z.string() });
const expected = { keyHash, nowMs, maxBytes: 1000, schema };
const sealed = (value: unknown, storedAtMs = nowMs) => seal(keyHash, storedAtMs, JSON.stringify(value));

describe('envelope', () => {
  it('opens what it sealed', () => {
    const opened = open(sealed({ sku: 'a' }), expected);
    expect(opened).toMatchObject({ ok: true, value: { sku: 'a' }, storedAtMs: nowMs });
  });

  it.each([
    ['oversized', sealed({ sku: 'x'.repeat(1000) })],
    ['not-json', 'garbage'],
    ['not-json', sealed({ sku: 'a' }).slice(0, -3)],
    ['not-json', ''],
    ['foreign-envelope', 'null'],
    ['foreign-envelope', '{"sku":"a"}'],
    ['foreign-envelope', sealed({ sku: 'a' }).replace('"v":1', '"v":2')],
    ['foreign-envelope', sealed({ sku: 'a' }).replace('{', '{"extra":1,')],
    ['foreign-envelope', sealed({ sku: 'a' }).replace(`"t":${nowMs}`, '"t":-1')],
    ['other-key', seal(hashKey('customer-2'), nowMs, '{"sku":"a"}')],
    ['from-the-future', sealed({ sku: 'a' }, nowMs + 60_001)],
    ['schema', sealed({ sku: 7 })],
    ['schema', sealed({ sku: 'a', admin: true })],
    ['schema', sealed(JSON.parse('{"sku":"a","__proto__":{"admin":true}}'))],
  ])('rejects as %s: %s', (reason, text) => {
    expect(open(text, expected)).toEqual({ ok: false, reason });
  });

  it('opens what was sealed by a clock that counts fractions of a millisecond', () => {
    expect(open(sealed({ sku: 'a' }, nowMs + 0.75), expected)).toMatchObject({ ok: true, storedAtMs: nowMs });
  });

  it('tolerates a replica whose clock is a little ahead', () => {
    expect(open(sealed({ sku: 'a' }, nowMs + 60_000), expected).ok).toBe(true);
  });

  it('rejects a value when the schema itself throws', () => {
    const throwing = {
      safeParse: () => {
        throw new Error('asynchronous refinement');
      },
    };
    expect(open(sealed(1), { ...expected, schema: throwing })).toEqual({ ok: false, reason: 'schema' });
  });

  it('returns every JSON value unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: nowMs }), (value, storedAtMs) => {
        const json = JSON.stringify(value);
        const anything = { ...expected, maxBytes: 1e6, schema: z.unknown() };
        const opened = open(seal(keyHash, storedAtMs, json), anything);
        expect(opened).toMatchObject({ ok: true, storedAtMs });
        expect(JSON.stringify(opened.ok && opened.value)).toBe(json);
      }),
    );
  });

  it('survives any damage: flipped, cut or replaced text is rejected or still matches the schema', () => {
    const text = sealed({ sku: 'a' });
    const damage = fc.tuple(fc.nat(text.length - 1), fc.nat(4), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(damage, ([at, length, replacement]) => {
        const opened = open(text.slice(0, at) + replacement + text.slice(at + length), expected);
        if (opened.ok) expect(schema.safeParse(opened.value).success).toBe(true);
      }),
      { numRuns: propertyRuns },
    );
  });
});
