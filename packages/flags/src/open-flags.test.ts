import { existsSync, rmSync } from 'node:fs';
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { flagFileOf, flagFolder } from '../test/flag-folder.ts';
import type { FlagLogger, OpenFlagsOptions } from './flags.ts';
import { openFlags } from './open-flags.ts';

const defaults = { a: true, b: false };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Flags on a file whose changes the test announces itself. */
function opened(text?: string, options: Partial<OpenFlagsOptions<'a' | 'b'>> = {}) {
  const folder = flagFolder();
  if (text !== undefined) folder.write(text);
  const lines: string[] = [];
  const log = (fields: object, message: string) =>
    lines.push(`${message} ${JSON.stringify({ ...fields, file: '' })}`);
  const logger: FlagLogger = { info: log, warn: log };
  let announce = () => {};
  let isWatched = false;
  const flags = openFlags({
    file: folder.file,
    defaults,
    logger,
    watch: (_, onChange) => {
      announce = onChange;
      isWatched = true;
      return () => {
        isWatched = false;
      };
    },
    ...options,
  });
  closers.push(() => {
    flags.close();
    folder.dispose();
  });
  const edit = (content: string) => {
    folder.write(content);
    announce();
  };
  const remove = () => {
    rmSync(folder.file);
    announce();
  };
  return { flags, lines, edit, remove, folder, isWatched: () => isWatched };
}

describe('openFlags', () => {
  it('answers with every default when there is no file', () => {
    const flags = openFlags({ defaults });
    closers.push(() => flags.close());
    expect(flags.snapshot()).toEqual({ values: defaults });
  });

  it('answers from the file at once, and with the default for what the file does not name', () => {
    const { flags } = opened(flagFileOf({ a: false }));
    expect(flags.snapshot()).toEqual({ values: { a: false, b: false } });
  });

  it('follows an edit and names the flags that changed, and only those', () => {
    const { flags, edit } = opened(flagFileOf({ a: true, b: true }));
    const changes: (readonly string[])[] = [];
    flags.onChange((keys) => changes.push(keys));
    edit(flagFileOf({ a: true, b: false }));
    edit(flagFileOf({ b: false, a: true }));
    expect(changes).toEqual([['b']]);
    expect(flags.isOn('b')).toBe(false);
  });

  it('starts on its defaults when the file is missing, and follows it once it appears', () => {
    const { flags, edit, lines } = opened();
    expect(flags.isOn('a')).toBe(true);
    expect(flags.snapshot().problem).toContain('ENOENT');
    edit(flagFileOf({ a: false }));
    expect(flags.isOn('a')).toBe(false);
    expect(flags.snapshot().problem).toBeUndefined();
    expect(lines).toHaveLength(3);
  });

  it('keeps the last good flags when the file becomes malformed, and logs each reason once', () => {
    const { flags, edit, lines } = opened(flagFileOf({ a: false }));
    lines.splice(0);
    for (let i = 0; i < 3; i++) edit('{"flags":{"a":{"state":"maybe"}}}');
    expect(flags.isOn('a')).toBe(false);
    expect(lines).toEqual([
      expect.stringMatching(/^flag file rejected, the last good flags stay .*flags\.a\.state/),
    ]);
    edit(flagFileOf({ a: true }));
    expect(flags.isOn('a')).toBe(true);
  });

  it('keeps the last good flags when the file is deleted', () => {
    const { flags, remove } = opened(flagFileOf({ a: false }));
    remove();
    expect(flags.isOn('a')).toBe(false);
    expect(flags.snapshot().problem).toContain('ENOENT');
  });

  it('returns to the default when the file no longer names the flag', () => {
    const { flags, edit } = opened(flagFileOf({ a: false }));
    edit(flagFileOf({}));
    expect(flags.isOn('a')).toBe(true);
  });

  it('calls the other listeners when one fails, and none after close or unsubscribing', () => {
    const { flags, edit, lines, isWatched } = opened(flagFileOf({ a: true }));
    let heard = 0;
    flags.onChange(() => {
      throw new Error('listener bug');
    });
    flags.onChange(() => heard++);
    const stop = flags.onChange(() => heard++);
    edit(flagFileOf({ a: false }));
    stop();
    edit(flagFileOf({ a: true }));
    expect(heard).toBe(3);
    expect(lines.join()).toContain('a listener of flags failed');
    flags.close();
    expect(isWatched()).toBe(false);
  });

  it.each(['typo', 'constructor', '__proto__'])('gives no answer for %s, which has no default', (key) => {
    const { flags } = opened(flagFileOf({ typo: true }));
    expect(() => flags.isOn(key as 'a')).toThrow(
      expect.objectContaining({
        code: 'E_INVALID_OPTION',
        message: `isOn: key must be a flag that has a default in code, received "${key}"`,
      }),
    );
  });

  it('keeps the last good flags through any sequence of good, bad and missing files', () => {
    const good = fc.record({ a: fc.boolean(), b: fc.boolean() });
    const event = fc.oneof(good, fc.constant('garbage'), fc.string(), fc.constant('missing'));
    const { flags, edit, remove, folder } = opened(flagFileOf(defaults));
    let expected = { ...defaults };
    fc.assert(
      fc.property(event, (next) => {
        if (next === 'missing') existsSync(folder.file) && remove();
        else if (typeof next === 'string') edit(next);
        else {
          edit(flagFileOf(next));
          expected = next;
        }
        expect(flags.snapshot().values).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the OpenFeature client', () => {
  it('gives the same answers as isOn, with variant and reason', async () => {
    const { flags, edit } = opened(flagFileOf({ a: false }));
    await expect(flags.client.getBooleanDetails('a', true)).resolves.toMatchObject({
      value: false,
      variant: 'off',
      reason: 'STATIC',
    });
    await expect(flags.client.getBooleanDetails('b', true)).resolves.toMatchObject({
      value: false,
      reason: 'DEFAULT',
    });
    edit(flagFileOf({ a: true }).replace('ENABLED', 'DISABLED'));
    await expect(flags.client.getBooleanDetails('a', false)).resolves.toMatchObject({
      value: true,
      reason: 'DISABLED',
    });
    expect(flags.isOn('a')).toBe(true);
  });

  it('resolves strings, numbers and objects, and says when the type or the flag is wrong', async () => {
    const variant = (value: unknown) => ({ state: 'ENABLED', variants: { v: value }, defaultVariant: 'v' });
    const { flags } = opened(
      JSON.stringify({ flags: { s: variant('x'), n: variant(7), o: variant({ deep: true }) } }),
    );
    await expect(flags.client.getStringValue('s', '')).resolves.toBe('x');
    await expect(flags.client.getNumberValue('n', 0)).resolves.toBe(7);
    await expect(flags.client.getObjectValue('o', {})).resolves.toEqual({ deep: true });
    await expect(flags.client.getNumberDetails('s', 5)).resolves.toMatchObject({
      value: 5,
      errorCode: 'TYPE_MISMATCH',
    });
    await expect(flags.client.getNumberDetails('x', 5)).resolves.toMatchObject({
      value: 5,
      errorCode: 'FLAG_NOT_FOUND',
    });
    await expect(flags.client.getBooleanDetails('constructor', true)).resolves.toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    });
  });

  it('hears of changes, for flags without a default in code as well', () => {
    const { flags, edit } = opened(flagFileOf({ a: true, other: true }));
    const changes: unknown[] = [];
    flags.client.addHandler(ProviderEvents.ConfigurationChanged, (details) =>
      changes.push(details?.flagsChanged),
    );
    edit(flagFileOf({ a: true, other: false }));
    edit(flagFileOf({ a: true, other: false }));
    expect(changes).toEqual([['other']]);
  });

  it('is left to whoever registered a provider for the domain later', () => {
    const first = opened(flagFileOf({ a: false })).flags;
    const second = opened(flagFileOf({ a: true })).flags;
    const current = OpenFeature.getProvider('ballast');
    first.close();
    expect(OpenFeature.getProvider('ballast')).toBe(current);
    expect([first.isOn('a'), second.isOn('a')]).toEqual([false, true]);
    second.close();
    expect(OpenFeature.getProvider('ballast')).not.toBe(current);
  });
});
