import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SupervisedName } from '../topology.ts';

export interface LogFolder {
  readonly path: string;
  /** Opens the log of that process for one spawn; the child keeps its own copy of the descriptor. */
  write<T>(name: SupervisedName, spawnWith: (descriptor: number) => T): T;
  /** The last lines it wrote, for the moment it ends unexpectedly. */
  tail(name: SupervisedName, lines: number): string[];
}

/** One log file per process, begun anew with each run. */
export function openLogFolder(path: string): LogFolder {
  mkdirSync(path, { recursive: true });
  const fileOf = (name: SupervisedName): string => join(path, `${name}.log`);
  const begun = new Set<SupervisedName>();
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
