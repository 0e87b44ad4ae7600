import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { flagFileOf, flagFolder } from '../test/flag-folder.ts';
import { parseFlagFile } from './flag-file.ts';
import { setFlags } from './set-flags.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function folderWith(text: string) {
  const made = flagFolder();
  closers.push(made.dispose);
  made.write(text);
  const json = () => JSON.parse(readFileSync(made.file, 'utf8'));
  return { ...made, json };
}

describe('setFlags', () => {
  it('turns flags on and off and leaves the rest of the file alone', async () => {
    const before = {
      $schema: 'x',
      metadata: { team: 'y' },
      ...JSON.parse(flagFileOf({ a: true, b: true, c: true })),
    };
    const { file, json } = folderWith(JSON.stringify(before));
    await setFlags(file, { a: false, b: true });
    const expected = structuredClone(before);
    expected.flags.a.defaultVariant = 'off';
    expect(json()).toEqual(expected);
  });

  it('enables a disabled flag, so that what was asked for is what is served', async () => {
    const { file, json } = folderWith(flagFileOf({ a: true }).replace('ENABLED', 'DISABLED'));
    await setFlags(file, { a: false });
    expect(json().flags.a).toMatchObject({ state: 'ENABLED', defaultVariant: 'off' });
  });

  it.each([
    ['garbage', { a: true }, 'not JSON'],
    [flagFileOf({ a: true }), { b: true }, 'no flag "b"'],
    [flagFileOf({ a: true }), { constructor: true }, 'no flag "constructor"'],
    [flagFileOf({ a: true }).replace('"off":false', '"off":true'), { a: false }, 'no variant that is false'],
  ])('does not change %s with %j and leaves the file as it was', async (text, wanted, reason) => {
    const { file, folder } = folderWith(text);
    await expect(setFlags(file, wanted as Record<string, boolean>)).rejects.toThrow(reason);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['flags.json']);
  });

  it('changes all flags or none', async () => {
    const { file, json } = folderWith(flagFileOf({ a: true }));
    await expect(setFlags(file, { a: false, missing: true })).rejects.toThrow('no flag "missing"');
    expect(json().flags.a.defaultVariant).toBe('on');
  });

  it('loses none of thirty changes at once, and works again after one that failed', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `flag-${i}`);
    const { file, json } = folderWith(flagFileOf(Object.fromEntries(keys.map((key) => [key, true]))));
    const failing = expect(setFlags(file, { missing: true })).rejects.toThrow();
    await Promise.all(keys.map((key) => setFlags(file, { [key]: false })));
    await failing;
    expect(keys.filter((key) => json().flags[key].defaultVariant !== 'off')).toEqual([]);
  });

  it('never shows a reader half a file', async () => {
    const { file } = folderWith(flagFileOf({ a: true }));
    let isWriting = true;
    const writes = (async () => {
      for (let i = 0; i < 30; i++) await setFlags(file, { a: i % 2 === 0 });
      isWriting = false;
    })();
    while (isWriting) {
      expect(parseFlagFile(readFileSync(file, 'utf8')).ok).toBe(true);
      await new Promise(setImmediate);
    }
    await writes;
  }, 30_000);

  it('keeps the mode of the file, and writes through a symbolic link', async () => {
    const { file, folder, json } = folderWith(flagFileOf({ a: true }));
    chmodSync(file, 0o640);
    const link = join(folder, 'link.json');
    symlinkSync(file, link);
    await setFlags(link, { a: false });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(json().flags.a.defaultVariant).toBe('off');
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });
});
