import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSwitches, type Switches, switchNames } from './switches.ts';

const template = readFileSync(resolve(import.meta.dirname, '../../infra/flags/flags.json'), 'utf8');
let folder: string;
let file: string;
let switches: Switches;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-switches-'));
  file = join(folder, 'flags.json');
  writeFileSync(file, template);
  switches = openSwitches(file);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('every switch of the page is a flag of the shipped file, and is on', () => {
  const { flags } = JSON.parse(template) as { flags: object };
  expect(Object.keys(flags)).toEqual(expect.arrayContaining([...switchNames]));
  expect(Object.values(switches.read())).not.toContain(false);
});

test('turning one off changes its default variant and nothing else', () => {
  switches.set('protection.breaker', false);
  const expected = JSON.parse(template);
  expected.flags['protection.breaker'].defaultVariant = 'off';
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(expected);
  expect(switches.read()['protection.breaker']).toBe(false);
});

test('a file that is malformed shows the last good state, and the next turn mends it', () => {
  switches.set('protection.cache', false);
  switches.read();
  writeFileSync(file, '{ "flags": {');
  expect(switches.read()['protection.cache']).toBe(false);
  switches.set('protection.breaker', false);
  expect(switches.read()).toMatchObject({ 'protection.cache': false, 'protection.breaker': false });
});

test('a flag edited by hand is seen', () => {
  writeFileSync(file, template.replace('"feature.recommendations"', '"feature.other"'));
  expect(switches.read()['feature.recommendations']).toBe(true);
});
