import { expect, test } from 'vitest';
import { errorCode } from './error-code.ts';

test.each([
  [Object.assign(new Error('down'), { code: 'E_DOWN' }), 'E_DOWN'],
  [Object.assign(new Error('down'), { code: 7 }), 'Error'],
  [new TypeError('down'), 'TypeError'],
  ['just text', 'E_UNKNOWN'],
  [undefined, 'E_UNKNOWN'],
  [null, 'E_UNKNOWN'],
])('is the code, else the name: %s', (error, code) => {
  expect(errorCode(error)).toBe(code);
});
