import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { featureNames, protectionNames } from '../control-room/protocol.ts';
import { openSwitches, type Switches, switchNames } from './switches.ts';

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

test('the page shows every flag the services have, and no other', () => {
  const shown = [
    ...protectionNames.map((name) => `protection.${name}`),
    ...featureNames.map((name) => `feature.${name}`),
  ];
  expect(shown.sort()).toEqual([...switchNames].sort());
  expect(Object.values(switches.read())).not.toContain(false);
});

test('what is turned is what is read', async () => {
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
