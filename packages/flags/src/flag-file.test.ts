import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate, parseFlagFile } from './flag-file.ts';

const boolean = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
const parse = (flag: unknown, mustBeBoolean?: string[]) =>
  parseFlagFile(JSON.stringify({ flags: { a: flag } }), mustBeBoolean);

describe('parseFlagFile', () => {
  it('reads the file that ships, in which every flag is on', () => {
    const shipped = readFileSync(new URL('../../../infra/flags/flags.json', import.meta.url), 'utf8');
    const parsed = parseFlagFile(shipped, Object.keys(JSON.parse(shipped).flags));
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(parsed.flags.size).toBeGreaterThan(0);
    for (const [key, flag] of parsed.flags) expect(evaluate(flag), key).toBe(true);
  });

  it.each([
    ['strings', { s: 'x' }, 's', 'x'],
    ['numbers', { n: 7 }, 'n', 7],
    ['objects', { o: { deep: [1, null] } }, 'o', { deep: [1, null] }],
  ])('reads variants that are %s', (_, variants, defaultVariant, value) => {
    const parsed = parse({ state: 'ENABLED', variants, defaultVariant });
    expect(parsed.ok && evaluate(parsed.flags.get('a'))).toEqual(value);
  });

  it.each([
    ['disabled', { ...boolean, state: 'DISABLED' }],
    ['without a default variant', { ...boolean, defaultVariant: null }],
  ])('leaves a flag that is %s to the default in code', (_, flag) => {
    const parsed = parse(flag);
    expect(parsed.ok && evaluate(parsed.flags.get('a'))).toBeUndefined();
  });

  it('ignores the parts of the format that are not needed here', () => {
    const flags = { a: { ...boolean, targeting: {}, metadata: { owner: 'team' } } };
    expect(parseFlagFile(JSON.stringify({ $schema: 'x', metadata: {}, $evaluators: {}, flags })).ok).toBe(
      true,
    );
  });

  it.each([
    ['', /^not JSON: /],
    ['{"flags":', /^not JSON: /],
    ['[]', /^file: /],
    ['{}', /^flags: /],
    ['{"flags":[]}', /^flags: /],
  ])('rejects the text %j, with the reason', (text, reason) => {
    expect(parseFlagFile(text)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it.each([
    [{ ...boolean, state: 'on' }, 'flags.a.state'],
    [{ ...boolean, variants: {} }, 'flags.a.variants: has none'],
    [{ ...boolean, variants: { on: true, off: 'no' } }, 'flags.a.variants: must all have one type'],
    [{ ...boolean, defaultVariant: 'maybe' }, 'flags.a.defaultVariant: names no variant: maybe'],
    [{ ...boolean, defaultVariant: 'toString' }, 'flags.a.defaultVariant: names no variant: toString'],
    [{ ...boolean, targeting: { if: [] } }, 'flags.a.targeting: is not supported'],
    [null, 'flags.a'],
  ])('rejects the flag %j, naming what is wrong', (flag, reason) => {
    expect(parse(flag)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('rejects the whole file when a flag that code asks for is not boolean', () => {
    const text = { state: 'ENABLED', variants: { on: 'yes' }, defaultVariant: 'on' };
    expect(parse(text, ['a'])).toEqual({ ok: false, reason: 'flags.a.variants: must be true and false' });
    expect(parse(text, ['b']).ok).toBe(true);
  });
});
