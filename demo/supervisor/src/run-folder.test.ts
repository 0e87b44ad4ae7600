import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderInUseError, ownRunFolder } from './run-folder.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'ballast-run-'));
  folder = join(parent, 'run');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('a folder has one owner at a time', () => {
  const disown = ownRunFolder(folder);
  expect(() => ownRunFolder(folder)).toThrow(FolderInUseError);
  disown();
  ownRunFolder(folder)();
});

test('giving it up leaves no trace', () => {
  ownRunFolder(folder)();
  expect(existsSync(join(folder, 'owner.json'))).toBe(false);
});

test.each([
  ['whose process is gone', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' })],
  ['whose pid belongs to a younger process now', JSON.stringify({ pid: process.pid, startedAt: 'long ago' })],
  ['who left an unreadable file', '{"pid":'],
])('an owner %s is evicted', (_, left) => {
  ownRunFolder(folder)();
  writeFileSync(join(folder, 'owner.json'), left);
  expect(() => ownRunFolder(folder)()).not.toThrow();
});
