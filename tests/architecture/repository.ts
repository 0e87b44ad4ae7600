import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** The text of a file, by its path from the root of the repository. */
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The settings in a file of `NAME=value` lines. */
export function settingsIn(file: string): Readonly<Record<string, string>> {
  const lines = read(file).matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}
