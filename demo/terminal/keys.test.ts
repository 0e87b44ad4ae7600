import { expect, test } from 'vitest';
import { supervisedNames } from '../topology.ts';
import { commandFor, keyOf } from './keys.ts';

test.each(supervisedNames)('%s is killed by its letter and started by its capital', (name) => {
  expect(commandFor(keyOf(name))).toEqual({ do: 'kill', name });
  expect(commandFor(keyOf(name).toUpperCase())).toEqual({ do: 'start', name });
});

test.each(['q', '\u0003', '\u0004'])('%j quits', (key) => {
  expect(commandFor(key)).toEqual({ do: 'quit' });
});

test('other keys mean nothing', () => {
  expect(['x', ' ', '\u001b', '1'].map(commandFor)).toEqual([undefined, undefined, undefined, undefined]);
});
