import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const template = resolve(import.meta.dirname, '../../infra/flags/flags.json');

/** Makes the run's own copy, with every feature and protection on. */
export function writeFlagsFile(folder: string): string {
  const file = join(folder, 'flags.json');
  copyFileSync(template, file);
  return file;
}
