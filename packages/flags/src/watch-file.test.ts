import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock, settled } from '@ballast/resilience/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { flagFileOf, flagFolder } from '../test/flag-folder.ts';
import { openFlags } from './open-flags.ts';
import { setFlags } from './set-flags.ts';
import { pollFile } from './watch-file.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Flags on a real file, watched for real. */
function following(prepare: (folder: string, file: string) => void) {
  const { folder, file, dispose } = flagFolder();
  prepare(folder, file);
  const flags = openFlags({ file, defaults: { a: true } });
  closers.push(() => {
    flags.close();
    dispose();
  });
  const becomes = (isOn: boolean) => expect.poll(() => flags.isOn('a'), { timeout: 10_000 }).toBe(isOn);
  return { folder, file, flags, becomes };
}

// Both have the same size, so that the size alone does not show the change.
const on = `${flagFileOf({ a: true })} `;
const off = flagFileOf({ a: false });

describe('a followed flag file', () => {
  it('may be written in place', async () => {
    const { file, becomes } = following((_, path) => writeFileSync(path, on));
    writeFileSync(file, off);
    await becomes(false);
    writeFileSync(file, on);
    await becomes(true);
  });

  it('may be replaced again and again, as editors and setFlags do', async () => {
    const { folder, file, becomes } = following((_, path) => writeFileSync(path, on));
    for (const [text, isOn] of [
      [off, false],
      [on, true],
      [off, false],
    ] as const) {
      writeFileSync(join(folder, 'draft'), text);
      renameSync(join(folder, 'draft'), file);
      await becomes(isOn);
    }
    await setFlags(file, { a: true });
    await becomes(true);
  });

  it('may appear late, in a folder that appears late', async () => {
    const { folder, file, becomes } = following((path) => rmSync(path, { recursive: true }));
    mkdirSync(folder);
    writeFileSync(file, off);
    await becomes(false);
  });

  it('may vanish and return', async () => {
    const { file, flags, becomes } = following((_, path) => writeFileSync(path, off));
    unlinkSync(file);
    await expect.poll(() => flags.snapshot().problem, { timeout: 10_000 }).toContain('ENOENT');
    expect(flags.isOn('a')).toBe(false);
    writeFileSync(file, on);
    await becomes(true);
  });

  it('may be a symbolic link that is switched to another file, as a ConfigMap is', async () => {
    const { folder, file, becomes } = following((path, link) => {
      writeFileSync(join(path, 'v1'), on);
      writeFileSync(join(path, 'v2'), off);
      symlinkSync(join(path, 'v1'), link);
    });
    symlinkSync(join(folder, 'v2'), join(folder, 'next'));
    renameSync(join(folder, 'next'), file);
    await becomes(false);
  });

  it('may be written in pieces', async () => {
    const { file, becomes } = following((_, path) => writeFileSync(path, on));
    writeFileSync(file, '');
    for (const piece of off.match(/.{1,20}/g) ?? []) appendFileSync(file, piece);
    await becomes(false);
  });
});

describe('pollFile', () => {
  it('reports a change once, and nothing after it is stopped', async () => {
    const clock = new ManualClock();
    const { file, write, dispose } = flagFolder();
    closers.push(dispose);
    write(on);
    let changes = 0;
    const stop = pollFile(file, () => changes++, clock);
    const poll = async () => {
      await clock.advance(250);
      while (clock.pendingTimers === 0) await settled();
    };
    await poll();
    expect(changes).toBe(0);
    write(off);
    for (let i = 0; i < 3; i++) await poll();
    expect(changes).toBe(1);
    stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('may be stopped while it looks', async () => {
    const clock = new ManualClock();
    const stop = pollFile(import.meta.filename, () => {}, clock);
    clock.stall(250);
    stop();
    for (let i = 0; i < 10; i++) await stat(import.meta.filename);
    expect(clock.pendingTimers).toBe(0);
  });
});
