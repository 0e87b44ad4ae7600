import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { dataFolderOf } from './cluster.ts';
import type { ClusterLocation } from './cluster-location.ts';

/** What a copy starts without: it belongs to the running server, or is streamed from it. */
const emptied = /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)$/;
const leftOut = /^(postmaster\.(pid|opts)|standby\.signal|backup_label|pgsql_tmp.*|pg_internal\.init.*)$/;

/**
 * Copies a running server's cluster to another place and makes the copy follow it: what `pg_basebackup` does, which the
 * package of binaries leaves out.
 *
 * @param primary connected to the server as its administrator
 * @param follow the connection string of the server, as in `primary_conninfo`
 */
export async function takeBaseBackup(
  primary: Client,
  source: ClusterLocation,
  target: ClusterLocation,
  follow: string,
): Promise<void> {
  const data = dataFolderOf(target);
  const partial = `${data}.partial`;
  await rm(partial, { recursive: true, force: true });
  await primary.query("select pg_backup_start('ballast', true)");
  await copyFolder(dataFolderOf(source), partial);
  const { rows } = await primary.query('select labelfile from pg_backup_stop(false)');
  await writeFile(join(partial, 'backup_label'), rows[0].labelfile);
  await writeFile(join(partial, 'standby.signal'), '');
  await followIn(join(partial, 'postgresql.auto.conf'), follow);
  execFileSync('chmod', ['-R', 'go-rwx', partial]);
  const { identity } = target;
  if (identity) execFileSync('chown', ['-R', `${identity.uid}:${identity.gid}`, partial]);
  await rm(data, { recursive: true, force: true });
  await rename(partial, data);
}

/** The server goes on writing: what is gone when its turn comes was not needed, and what is torn the log repairs. */
async function copyFolder(source: string, target: string, depth = 0): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  if (depth === 1 && emptied.test(source.slice(source.lastIndexOf('/') + 1))) return;
  for (const entry of await readdir(source, { withFileTypes: true }).catch(goneIsFine<[]>)) {
    if (leftOut.test(entry.name)) continue;
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) await copyFolder(from, to, depth + 1);
    else if (entry.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE).catch(goneIsFine);
  }
}

function goneIsFine<T extends [] | undefined>(error: NodeJS.ErrnoException): T {
  if (error.code !== 'ENOENT') throw error;
  return [] as never;
}

/** In a file and not in the arguments, which every user of the machine can read: it holds a password. */
async function followIn(configuration: string, follow: string): Promise<void> {
  const lines = (await readFile(configuration, 'utf8')).split('\n');
  const others = lines.filter((line) => !line.startsWith('primary_conninfo') && line !== '');
  await writeFile(configuration, `${[...others, `primary_conninfo = '${follow}'`].join('\n')}\n`);
}
