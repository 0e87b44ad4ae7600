import { relative } from 'node:path';
import { type Import, isTestFile } from './imports.ts';

/**
 * A folder and the entries in it, the lowest first. An entry may import what stands before it in the list and never
 * what stands after it, so a reader can start at the top of the list and meet nothing that was not explained.
 */
export type RoomOrder = { readonly folder: string; readonly rooms: readonly string[] };

/**
 * Imports that break the order. Tests are left out: a test of a low room may use a high one to set up its case.
 */
export function upwardImports(
  imports: readonly Pick<Import, 'file' | 'target'>[],
  { folder, rooms }: RoomOrder,
): string[] {
  const levelOf = (file: string) => rooms.indexOf(relative(folder, file).split('/')[0] as string);
  return imports
    .filter(({ file, target }) => file.startsWith(`${folder}/`) && target.startsWith(`${folder}/`))
    .filter(({ file }) => !isTestFile(file))
    .filter(({ file, target }) => levelOf(target) > levelOf(file))
    .map(({ file, target }) => `${file} imports ${target}, which stands above it`);
}

/** Entries that the order does not name. */
export function unplacedFiles(files: readonly string[], { folder, rooms }: RoomOrder): string[] {
  return files
    .filter((file) => file.startsWith(`${folder}/`) && !isTestFile(file))
    .filter((file) => !rooms.includes(relative(folder, file).split('/')[0] as string));
}
