import { InvalidOptionError as FromPrimitives } from '@ballast/resilience/primitives';
import { afterAll, afterEach, expect, test } from 'vitest';
import { InvalidOptionError, openFlags, setFlags } from '../src/index.ts';
import { flagFileOf, flagFolder } from './flag-folder.ts';

const folder = flagFolder();
folder.write(flagFileOf({ a: true }));
const defaults = { a: true };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(folder.dispose);

const open = (options: unknown) => openFlags(options as { defaults: { a: boolean } });
const opened = () => {
  const flags = open({ defaults });
  closers.push(() => flags.close());
  return flags;
};
const set = (file: unknown, wanted: unknown) => setFlags(file as string, wanted as Record<string, boolean>);

/** Every function of the package that takes options or arguments, with what it must reject. */
const cases: readonly (readonly [call: string, run: () => unknown, message: string])[] = [
  ['openFlags(null)', () => open(null), 'openFlags: options must be an object, received null'],
  ['openFlags([])', () => open([]), 'openFlags: options must be an object, received an array'],
  ['openFlags("path")', () => open('path'), 'openFlags: options must be an object'],
  [
    'openFlags()',
    () => open(undefined),
    'openFlags: defaults must be an object of true and false, received undefined',
  ],
  [
    'openFlags({})',
    () => open({}),
    'openFlags: defaults must be an object of true and false, received undefined',
  ],
  [
    'openFlags({fil})',
    () => open({ defaults, fil: 'x' }),
    'openFlags: fil is not an option, it must be one of file, defaults, logger, domain, watch',
  ],
  [
    'openFlags({constructor})',
    () => open({ defaults, constructor: 1 }),
    'openFlags: constructor is not an option, it must be one of file, defaults, logger, domain, watch',
  ],
  ['file: 7', () => open({ defaults, file: 7 }), 'openFlags: file must be a path, received 7'],
  ['file: ""', () => open({ defaults, file: '' }), 'openFlags: file must be a path, received ""'],
  [
    'defaults: null',
    () => open({ defaults: null }),
    'openFlags: defaults must be an object of true and false, received null',
  ],
  [
    'defaults: []',
    () => open({ defaults: [true] }),
    'openFlags: defaults must be an object of true and false, received an array',
  ],
  [
    'defaults: {a: "yes"}',
    () => open({ defaults: { a: 'yes' } }),
    'openFlags: defaults.a must be true or false, received "yes"',
  ],
  [
    'defaults: {a: undefined}',
    () => open({ defaults: { a: undefined } }),
    'openFlags: defaults.a must be true or false, received undefined',
  ],
  [
    'domain: ""',
    () => open({ defaults, domain: '' }),
    'openFlags: domain must be a non-empty string, received ""',
  ],
  ['watch: 250', () => open({ defaults, watch: 250 }), 'openFlags: watch must be a function, received 250'],
  [
    'logger: console.log',
    () => open({ defaults, logger: () => {} }),
    'openFlags: logger must be a logger with info and warn, received a function',
  ],
  [
    'logger: null',
    () => open({ defaults, logger: null }),
    'openFlags: logger must be a logger with info and warn, received null',
  ],
  [
    'isOn("typo")',
    () => opened().isOn('typo' as 'a'),
    'isOn: key must be a flag that has a default in code, received "typo"',
  ],
  [
    'onChange()',
    () => opened().onChange(undefined as never),
    'onChange: listener must be a function, received undefined',
  ],
  ['setFlags(7, …)', () => set(7, { a: true }), 'setFlags: file must be a path, received 7'],
  ['setFlags("", …)', () => set('', { a: true }), 'setFlags: file must be a path, received ""'],
  [
    'setFlags(file)',
    () => set(folder.file, undefined),
    'setFlags: wanted must be an object of true and false, received undefined',
  ],
  [
    'setFlags(file, null)',
    () => set(folder.file, null),
    'setFlags: wanted must be an object of true and false, received null',
  ],
  [
    'setFlags(file, {a: "off"})',
    () => set(folder.file, { a: 'off' }),
    'setFlags: wanted.a must be true or false, received "off"',
  ],
  [
    'setFlags(file, {a: undefined})',
    () => set(folder.file, { a: undefined }),
    'setFlags: wanted.a must be true or false, received undefined',
  ],
];

test.each(cases)('%s is rejected by name', async (_, run, message) => {
  const error = await (async () => run())().catch((reason) => reason);
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ code: 'E_INVALID_OPTION', message });
});

test('the error is the class of @ballast/resilience, so that instanceof holds across packages', () => {
  expect(InvalidOptionError).toBe(FromPrimitives);
});

test('an option that is undefined counts as not given', () => {
  const flags = open({ defaults, file: undefined, logger: undefined, domain: undefined, watch: undefined });
  closers.push(() => flags.close());
  expect(flags.snapshot()).toEqual({ values: defaults });
});
