import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { administrator } from './administration.ts';
import type { ClusterLocation } from './cluster-location.ts';

export const dataFolderOf = (location: ClusterLocation): string => join(location.home, 'data');

/** The password that every role of the cluster has, made together with it. Only its owner may read the file. */
export const passwordOf = (location: ClusterLocation): string =>
  readFileSync(join(location.home, 'password'), 'utf8').trim();

/** Runs one of PostgreSQL's programs until it ends; rejects with what it printed when it fails. */
export async function runToEnd(
  location: ClusterLocation,
  program: string,
  args: readonly string[],
  input = '',
): Promise<void> {
  const child: ChildProcess = spawn(join(location.native, 'bin', program), args, {
    ...location.identity,
    cwd: '/',
  });
  await once(child, 'spawn');
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = once(child, 'close');
  const [, errors] = await Promise.all([text(child.stdout as never), text(child.stderr as never)]);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${program} failed with exit code ${code}:\n${errors.trim()}`);
}

/** Every database has a role of its own, so that no role can read the tables of another database. */
function populate(databases: readonly string[], password: string): string {
  const perDatabase = databases.flatMap((name) => [
    `CREATE ROLE ${name} LOGIN PASSWORD '${password}';`,
    `CREATE DATABASE ${name} OWNER ${name};`,
    `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC;`,
  ]);
  return [`ALTER ROLE ${administrator} PASSWORD '${password}';`, ...perDatabase].join('\n');
}

/**
 * Makes the cluster unless it is there. It is built beside its final name and moved at the end, so that a run that was
 * killed halfway leaves nothing that looks like a database. Single-user mode fills it before any port is open.
 */
export async function ensureCluster(location: ClusterLocation, databases: readonly string[]): Promise<void> {
  const data = dataFolderOf(location);
  if (existsSync(data)) return;
  const partial = `${data}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const password = randomBytes(18).toString('base64url');
  writeFileSync(join(location.home, 'password'), password, { mode: 0o600 });
  const auth = ['--auth-local=reject', '--auth-host=scram-sha-256', `--username=${administrator}`];
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'];
  await runToEnd(location, 'initdb', [
    `--pgdata=${partial}`,
    ...auth,
    ...locale,
    '--no-sync',
    '--no-instructions',
  ]);
  await runToEnd(
    location,
    'postgres',
    ['--single', '-D', partial, 'postgres'],
    `${populate(databases, password)}\n`,
  );
  renameSync(partial, data);
}
