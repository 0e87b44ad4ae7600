import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flagDefaults } from './flag-defaults.ts';
import { evaluate, parseFlagFile } from './flag-file.ts';

const boolean = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
const parse = (flag: unknown, mustBeBoolean?: string[]) =>
  parseFlagFile(JSON.stringify({ flags: { a: flag } }), mustBeBoolean);

describe('parseFlagFile', () => {
  it('reads the file that ships, and it agrees with the defaults in code', () => {
    const shipped = readFileSync(new URL('../../../infra/flags/flags.json', import.meta.url), 'utf8');
    const parsed = parseFlagFile(shipped, Object.keys(flagDefaults));
    if (!parsed.ok) throw new Error(parsed.reason);
    const values = [...parsed.flags].map(([key, flag]) => [key, evaluate(flag)]);
    expect(Object.fromEntries(values)).toEqual(flagDefaults);
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

  it('ignores what flagd knows and we do not need', () => {
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
  ])('refuses the text %j, saying why', (text, reason) => {
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
  ])('refuses the flag %j, naming what is wrong', (flag, reason) => {
    expect(parse(flag)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('refuses the whole file when a flag that code switches by is not boolean', () => {
    const text = { state: 'ENABLED', variants: { on: 'yes' }, defaultVariant: 'on' };
    expect(parse(text, ['a'])).toEqual({ ok: false, reason: 'flags.a.variants: must be true and false' });
    expect(parse(text, ['b']).ok).toBe(true);
  });
});
