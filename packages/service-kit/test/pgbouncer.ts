import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';

export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;

/** Server connections that PgBouncer opens at most. */
export const serverConnections = 2;

/** PgBouncer in transaction mode before a database; gives the URL of that database through it. */
export async function startPgBouncer(databaseUrl: string): Promise<string> {
  const { port: serverPort, username } = new URL(databaseUrl);
  const home = mkdtempSync(join(tmpdir(), 'ballast-pgbouncer-'));
  const port = await freePort();
  writeFileSync(join(home, 'users.txt'), `"${username}" ""\n`);
  writeFileSync(
    join(home, 'pgbouncer.ini'),
    `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${home}/users.txt
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 200
`,
  );
  // It does not run as root, as PostgreSQL does not.
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (identity.uid !== undefined) chownSync(home, identity.uid, identity.gid);
  const pgBouncer = spawn('pgbouncer', [join(home, 'pgbouncer.ini')], { ...identity, stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(pgBouncer, 'exit');
    pgBouncer.kill('SIGKILL');
    await ended;
    rmSync(home, { recursive: true, force: true });
  });
  while (!(await listens(port))) await delay(20);
  const url = new URL(databaseUrl);
  url.port = String(port);
  return url.href;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
