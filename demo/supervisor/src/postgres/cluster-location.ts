import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPostgres } from './binaries.ts';
import { type Identity, postgresIdentity } from './identity.ts';

/** Where one cluster is kept and who runs it. */
export interface ClusterLocation {
  /** PostgreSQL's own folder: `bin`, `lib`, `share`. */
  readonly native: string;
  /** Owned by the identity; holds the cluster in `data`. */
  readonly home: string;
  /** The account that runs PostgreSQL; undefined: the one of this process. */
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

/** In the shared temporary folder another user may have made the folder of that name first. */
function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { uid } = lstatSync(folder);
  if (uid !== process.getuid?.())
    throw new Error(`${folder} belongs to another user (uid ${uid}); remove it`);
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
export function chooseLocation(runFolder: string): ClusterLocation {
  const native = findPostgres();
  const identity = postgresIdentity();
  const home = join(runFolder, 'postgres');
  if (!identity) return prepared({ native, home, identity });
  if (isReachableByOthers(runFolder) && isReachableByOthers(join(native, 'bin', 'postgres')))
    return prepared({ native, home, identity });

  const name = createHash('sha256').update(runFolder).digest('hex').slice(0, 12);
  const reachable = join(tmpdir(), `ballast-${name}`);
  makeOwnFolder(reachable);
  copyBinaries(native, join(reachable, 'native'));
  return prepared({ native: join(reachable, 'native'), home: join(reachable, 'postgres'), identity });
}

/** Makes the home of a cluster, for the account that runs it. */
export function prepared(location: ClusterLocation): ClusterLocation {
  mkdirSync(location.home, { recursive: true, mode: 0o700 });
  if (location.identity) chownSync(location.home, location.identity.uid, location.identity.gid);
  return location;
}

/** Beside the first, for a second server that follows it. */
export const standbyLocationOf = (first: ClusterLocation): ClusterLocation => ({
  ...first,
  home: `${first.home}-standby`,
});

/** Deletes the cluster and everything in it. */
export function clearCluster(location: ClusterLocation): void {
  if (!existsSync(location.home)) return;
  rmSync(location.home, { recursive: true, force: true });
  prepared(location);
}
