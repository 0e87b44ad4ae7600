import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureNames, protectionNames } from '@ballast/demo/control-room/protocol';
import { flagDefaults } from '@ballast/flags';
import { expect, it } from 'vitest';
import { root } from './imports.ts';

const { flags } = JSON.parse(readFileSync(join(root, 'infra/flags/flags.json'), 'utf8')) as {
  flags: Record<string, { state: string; defaultVariant: string }>;
};
const known = [
  ...featureNames.map((name) => `feature.${name}`),
  ...protectionNames.map((name) => `protection.${name}`),
].sort();

it('flags.json lists the features and protections that the code knows, all of them on', () => {
  expect(Object.keys(flags).sort()).toEqual(known);
  for (const [name, flag] of Object.entries(flags))
    expect(flag, name).toMatchObject({ state: 'ENABLED', defaultVariant: 'on' });
});

it('the defaults in code are for the same flags', () => {
  expect(Object.keys(flagDefaults).sort()).toEqual(known);
});
