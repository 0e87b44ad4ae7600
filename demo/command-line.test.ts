import { expect, test } from 'vitest';
import { BadOptionError, numberOption, parseCommandLine, wholeNumberOption } from './command-line.ts';

const rate = { flag: '--rate', defaultValue: 5, min: 0, max: 1000 };

test('an absent option has its default', () => {
  expect(numberOption({ ...rate, text: undefined })).toBe(5);
});

test.each(['', ' ', '1e2', '-1', '0x10', 'many', '1001', 'Infinity'])('%j is no rate', (text) => {
  expect(() => numberOption({ ...rate, text })).toThrow(
    `--rate takes a number from 0 to 1000, not "${text}"`,
  );
});

test('a whole number has no fraction', () => {
  expect(wholeNumberOption({ ...rate, text: '7' })).toBe(7);
  expect(() => wholeNumberOption({ ...rate, text: '7.5' })).toThrow('--rate takes a whole number, not "7.5"');
});

test('an unknown option is named, and the -- of a package manager is none', () => {
  const config = { options: { rate: { type: 'string' } } } as const;
  expect(parseCommandLine(['--', '--rate', '7'], config).values.rate).toBe('7');
  expect(() => parseCommandLine(['--rat', '7'], config)).toThrow(/--rat/);
  expect(() => parseCommandLine(['--rat', '7'], config)).toThrow(BadOptionError);
});
