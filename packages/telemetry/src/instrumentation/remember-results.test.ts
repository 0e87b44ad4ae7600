import { expect, test } from 'vitest';
import { rememberResults } from './remember-results.ts';

test('computes once per key, and every time for keys beyond the limit', () => {
  const computed: string[] = [];
  const length = rememberResults(2, (key) => {
    computed.push(key);
    return `${key.length} characters`;
  });
  const keys = ['a', 'bb', 'ccc', 'a', 'bb', 'ccc'];
  expect(keys.map(length)).toEqual(keys.map((key) => `${key.length} characters`));
  expect(computed).toEqual(['a', 'bb', 'ccc', 'ccc']);
});
