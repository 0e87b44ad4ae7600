import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { flagFileOf, flagFolder } from '../test/flag-folder.ts';
import { openFlags } from './open-flags.ts';
import { setFlags } from './set-flags.ts';

const umlaut = 'ä';
const text = flagFileOf({ a: false, [umlaut]: true });
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function folderWith(bytes: Buffer) {
  const folder = flagFolder();
  closers.push(folder.dispose);
  writeFileSync(folder.file, bytes);
  let announce = () => {};
  const watch = (_file: string, onChange: () => void) => {
    announce = onChange;
    return () => {};
  };
  const flags = openFlags({ file: folder.file, defaults: { a: true, [umlaut]: false }, watch });
  closers.push(() => flags.close());
  const edit = (changed: Buffer) => {
    writeFileSync(folder.file, changed);
    announce();
  };
  return { flags, file: folder.file, edit };
}

describe('a flag file as editors write it', () => {
  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 with its mark, as PowerShell writes it', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 the other way round', swapped(Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ])('is read in %s, and changed', async (_name, bytes) => {
    const { flags, file, edit } = folderWith(bytes);
    expect(flags.snapshot()).toEqual({ values: { a: false, [umlaut]: true } });
    await setFlags(file, { a: true });
    edit(readFileSync(file));
    expect(flags.snapshot()).toEqual({ values: { a: true, [umlaut]: true } });
  });

  it.each<[string, Buffer]>([
    ['bytes that are no UTF-8', Buffer.from(text, 'latin1')],
    ['half of a character of UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, 9)],
    ['a mark and nothing else', Buffer.from('\ufeff')],
    ['nothing', Buffer.alloc(0)],
    ['a body of zeros, as after a power failure', Buffer.alloc(100)],
  ])('keeps the last good flags for %s, and says why', async (_name, bytes) => {
    const { flags, file, edit } = folderWith(Buffer.from(text));
    edit(bytes);
    expect(flags.snapshot()).toEqual({
      values: { a: false, [umlaut]: true },
      problem: expect.stringMatching(/^not /),
    });
    await expect(setFlags(file, { a: true })).rejects.toThrow(/E_FLAG_FILE|not /);
    edit(Buffer.from(text));
    expect(flags.snapshot()).not.toHaveProperty('problem');
  });
});
