import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Mutant, mutated } from './mutant.ts';

export const root = resolve(import.meta.dirname, '../..');

/** What a mutant may change, and what must see the change: links would lead back to the repository. */
const copied = ['services', 'tests'];
const left = ['.git', '.ballast', '.turbo', ...copied];

/** A copy of the repository in which sources may be broken while somebody works in the repository itself. */
export type Workspace = {
  readonly folder: string;
  /** Plants the bug, and returns what takes it out again. Throws StaleMutantError. */
  plant(mutant: Mutant): () => void;
  /** Writes a file beside a source. */
  add(file: string, text: string): void;
  read(file: string): string;
  close(): void;
};

/** Copies the services and the tests, and links everything else: packages and libraries are the repository's own. */
export function openWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-mutants-'));
  for (const entry of readdirSync(root)) {
    if (!left.includes(entry)) symlinkSync(join(root, entry), join(folder, entry));
  }
  for (const entry of copied) {
    cpSync(join(root, entry), join(folder, entry), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !['.vite', '.turbo', '.ballast'].includes(basename(source)),
    });
  }
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

  function add(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  function close(): void {
    process.off('exit', close);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  process.once('exit', close);
  return {
    folder,
    read,
    add,
    plant(mutant) {
      const bugs = mutated(mutant, read);
      const sources = [...bugs.keys()].map((file) => [file, read(file)] as const);
      for (const [file, text] of bugs) add(file, text);
      return () => {
        for (const [file, text] of sources) add(file, text);
      };
    },
    close,
  };
}
