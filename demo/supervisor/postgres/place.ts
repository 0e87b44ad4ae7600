import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPostgres } from './binaries.ts';
import { type Identity, postgresIdentity } from './identity.ts';

/** Where one cluster lives and who runs it. */
export interface Place {
  /** PostgreSQL's own folder: `bin`, `lib`, `share`. */
  readonly native: string;
  /** Owned by the identity; holds the cluster in `data`. */
  readonly home: string;
  readonly identity: Identity | undefined;
}

const othersMayEnter = 0o001;

/** Whether an account that is neither owner nor group can reach the path. */
function isReachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & othersMayEnter) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** A folder under the shared temporary one is only ours if nobody else made it first. */
function demandOurOwn(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { uid } = lstatSync(folder);
  if (uid !== process.getuid?.())
    throw new Error(`${folder} belongs to somebody else (uid ${uid}); remove it`);
}

function copyBinaries(native: string, target: string): void {
  if (existsSync(target)) return;
  const partial = `${target}.${process.pid}`;
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'a+rX', partial]);
  renameSync(partial, target);
}

/**
 * Next to the run's other files, unless PostgreSQL's account could not get there: root working in a checkout under a
 * 0700 home. Then a folder under the temporary one, named after the first, with a copy of the binaries.
 */
export function choosePlace(runFolder: string): Place {
  const native = findPostgres();
  const identity = postgresIdentity();
  const home = join(runFolder, 'postgres');
  if (!identity) return prepared({ native, home, identity });
  if (isReachableByOthers(runFolder) && isReachableByOthers(join(native, 'bin', 'postgres')))
    return prepared({ native, home, identity });

  const name = createHash('sha256').update(runFolder).digest('hex').slice(0, 12);
  const refuge = join(tmpdir(), `ballast-${name}`);
  demandOurOwn(refuge);
  copyBinaries(native, join(refuge, 'native'));
  return prepared({ native: join(refuge, 'native'), home: join(refuge, 'postgres'), identity });
}

function prepared(place: Place): Place {
  mkdirSync(place.home, { recursive: true, mode: 0o700 });
  if (place.identity) chownSync(place.home, place.identity.uid, place.identity.gid);
  return place;
}

/** Forgets the cluster and everything in it. */
export function clearPlace(place: Place): void {
  rmSync(place.home, { recursive: true, force: true });
  prepared(place);
}
