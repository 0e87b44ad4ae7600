import { describe, expect, test } from 'vitest';
import { BadOptionError, numberOption } from './command-line.ts';

const range = { fallback: 7, min: 1, max: 10 };

describe('numberOption', () => {
  test.each([
    [undefined, 7],
    ['1', 1],
    ['2.5', 2.5],
    ['10', 10],
  ])('takes %j as %d', (text, value) => {
    expect(numberOption('--rate', text, range)).toBe(value);
  });

  test.each(['', ' ', 'many', '0', '11', '-1', '1e1', '0x5', 'Infinity', 'NaN'])('rejects %j', (text) => {
    const read = () => numberOption('--rate', text, range);
    expect(read).toThrow(BadOptionError);
    expect(read).toThrow(`--rate takes a number from 1 to 10, not "${text}"`);
  });

  test('rejects a fraction where a whole number is asked for', () => {
    const read = () => numberOption('--seed', '2.5', { ...range, isWhole: true });
    expect(read).toThrow('--seed takes a whole number, not "2.5"');
  });
});
