import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from './process-table.ts';

/** Another run uses the folder. */
export class FolderInUseError extends Error {
  readonly code = 'E_FOLDER_IN_USE';
}

interface Owner {
  readonly pid: number;
  /** Pids are used again; a pid together with the start of its process is not. */
  readonly startedAt: string;
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

const isAlive = (owner: Owner): boolean => owner.startedAt !== '' && startOf(owner.pid) === owner.startedAt;

/** Writes the whole file under another name first: a link appears in one step, and fails when the name is taken. */
function tryToOwn(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) } satisfies Owner));
  try {
    linkSync(draft, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a dead owner's file out of the way; of several that try, the rename lets one succeed. */
function evict(file: string, owner: Owner | undefined): void {
  if (owner && isAlive(owner))
    throw new FolderInUseError(
      `Ballast already runs on these ports: process ${owner.pid} owns ${file}. Nothing was started.\n` +
        `Stop that one, or start this one elsewhere: --port-base <port>`,
    );
  try {
    renameSync(file, `${file}.stale`);
    rmSync(`${file}.stale`);
  } catch {
    // Another process was faster; whichever links first now owns it.
  }
}

/**
 * Makes the folder of a run and owns it until the process ends. A run that was killed leaves its file behind, which
 * the next run recognises as stale.
 *
 * @returns how to give the folder up
 */
export function ownRunFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'owner.json');
  for (let attempt = 0; !tryToOwn(file); attempt += 1) {
    if (attempt === 3) throw new FolderInUseError(`Another run is taking ${folder} right now`);
    evict(file, readOwner(file));
  }
  return () => rmSync(file, { force: true });
}
