import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serviceNames } from '../../topology.ts';
import type { Place } from './place.ts';

export const administrator = 'ballast';
export const dataFolderOf = (place: Place): string => join(place.home, 'data');

/** The password of every role of a cluster, made with it. Only its owner may read the file. */
export const passwordOf = (place: Place): string => readFileSync(join(place.home, 'password'), 'utf8').trim();

async function runToEnd(place: Place, program: string, args: readonly string[], input = ''): Promise<void> {
  const child: ChildProcess = spawn(join(place.native, 'bin', program), args, {
    ...place.identity,
    cwd: '/',
  });
  await once(child, 'spawn');
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = once(child, 'close');
  const [, complaints] = await Promise.all([text(child.stdout as never), text(child.stderr as never)]);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${program} failed with exit code ${code}:\n${complaints.trim()}`);
}

/** One role and one database per service, so that none can reach into another's tables. */
function populate(password: string): string {
  const perService = serviceNames.flatMap((name) => [
    `CREATE ROLE ${name} LOGIN PASSWORD '${password}';`,
    `CREATE DATABASE ${name} OWNER ${name};`,
    `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC;`,
  ]);
  return [`ALTER ROLE ${administrator} PASSWORD '${password}';`, ...perService].join('\n');
}

/**
 * Makes the cluster unless it is there. It is built beside its final name and moved at the end, so that a run that was
 * killed halfway leaves nothing that looks like a database. Single-user mode fills it before any port is open.
 */
export async function ensureCluster(place: Place): Promise<void> {
  const data = dataFolderOf(place);
  if (existsSync(data)) return;
  const partial = `${data}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const password = randomBytes(18).toString('base64url');
  writeFileSync(join(place.home, 'password'), password, { mode: 0o600 });
  const auth = ['--auth-local=reject', '--auth-host=scram-sha-256', `--username=${administrator}`];
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'];
  await runToEnd(place, 'initdb', [
    `--pgdata=${partial}`,
    ...auth,
    ...locale,
    '--no-sync',
    '--no-instructions',
  ]);
  await runToEnd(place, 'postgres', ['--single', '-D', partial, 'postgres'], `${populate(password)}\n`);
  renameSync(partial, data);
}
