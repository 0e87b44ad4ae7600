import { protectionFlags } from '@ballast/service-kit/protections';
import { expect, it } from 'vitest';
import { isTestFile, sources } from './imports.ts';
import { read } from './repository.ts';

const { flags } = JSON.parse(read('infra/flags/flags.json')) as {
  readonly flags: Readonly<Record<string, unknown>>;
};

/** The features that a service asks for. */
const featureFlags = sources
  .filter((file) => file.startsWith('services/') && !isTestFile(file))
  .flatMap((file) =>
    [...read(file).matchAll(/['"`](feature\.[\w-]+)['"`]/g)].map(([, name]) => name as string),
  );

it('flags.json lists the protections and features that the code knows, all of them on', () => {
  const known = [...new Set([...protectionFlags, ...featureFlags])].sort();
  expect(Object.keys(flags).sort()).toEqual(known);
  for (const [name, flag] of Object.entries(flags))
    expect(flag, name).toMatchObject({ state: 'ENABLED', defaultVariant: 'on' });
});
