import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Rule, withMethods } from '@ballast/resilience/primitives';

export interface LogFolder {
  readonly path: string;
  /** Opens the log of that process for one spawn; the child keeps its own copy of the descriptor. */
  write<T>(name: string, spawnWith: (descriptor: number) => T): T;
  /** The last lines it wrote, for the moment it ends unexpectedly. */
  tail(name: string, lines: number): string[];
}

export const logFolderRule: Rule = withMethods('a log folder', 'write', 'tail');

/** One log file per process, begun anew with each run. */
export function openLogFolder(path: string): LogFolder {
  mkdirSync(path, { recursive: true });
  const fileOf = (name: string): string => join(path, `${name}.log`);
  const begun = new Set<string>();
  return {
    path,
    write(name, spawnWith) {
      const descriptor = openSync(fileOf(name), begun.has(name) ? 'a' : 'w');
      begun.add(name);
      try {
        return spawnWith(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
    tail(name, lines) {
      if (!begun.has(name)) return [];
      return readFileSync(fileOf(name), 'utf8').trimEnd().split('\n').slice(-lines);
    },
  };
}
