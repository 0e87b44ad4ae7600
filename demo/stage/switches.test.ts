import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { switchNames } from './switch-names.ts';
import { openSwitches, type Switches } from './switches.ts';

const template = resolve(import.meta.dirname, '../../infra/flags/flags.json');
let folder: string;
let file: string;
let switches: Switches;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-switches-'));
  file = join(folder, 'flags.json');
  copyFileSync(template, file);
  switches = openSwitches(file);
});
afterEach(() => {
  switches.close();
  rmSync(folder, { recursive: true });
});

test('there is a switch for every flag that the services have, and for no other', () => {
  const { flags } = JSON.parse(readFileSync(template, 'utf8'));
  expect([...switchNames].sort()).toEqual(Object.keys(flags).sort());
  expect(Object.values(switches.read())).not.toContain(false);
});

test('a flag that was switched is read as it is now', async () => {
  await switches.set({ 'protection.breaker': false, 'protection.cache': false });
  await expect.poll(switches.read).toMatchObject({ 'protection.breaker': false, 'protection.cache': false });
});

test('a malformed file keeps the last good state and says so', async () => {
  await switches.set({ 'protection.cache': false });
  await expect.poll(() => switches.read()['protection.cache']).toBe(false);
  writeFileSync(file, '{ "flags": {');
  await expect.poll(switches.problem).not.toBeNull();
  expect(switches.read()['protection.cache']).toBe(false);
});
