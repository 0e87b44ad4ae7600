import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acceptsConnections, clearStalePostmaster } from './postmaster.ts';

// Real processes: on a machine with other work each start takes its time.
vi.setConfig({ testTimeout: 30_000 });

let data: string;
const pidFile = (): string => join(data, 'postmaster.pid');
const writePidFile = (pid: number, state: string): void =>
  writeFileSync(pidFile(), `${pid}\n${data}\n0\n5432\n\n127.0.0.1\n  1 2\n${state}\n`);

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ballast-data-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

test('a database accepts connections once its pid file says so, for that pid only', () => {
  expect(acceptsConnections(data, 7)).toBe(false);
  writePidFile(7, 'starting');
  expect(acceptsConnections(data, 7)).toBe(false);
  writePidFile(7, 'ready   ');
  expect(acceptsConnections(data, 7)).toBe(true);
  expect(acceptsConnections(data, 8)).toBe(false);
});

test('what a crashed run left on the folder is ended, even when it is stopped', async () => {
  const orphan = spawn('/bin/sh', ['-c', 'while :; do sleep 1; done', 'postgres', '-D', data], {
    stdio: 'ignore',
  });
  await once(orphan, 'spawn');
  const ended = once(orphan, 'exit');
  orphan.kill('SIGSTOP');
  writePidFile(orphan.pid as number, 'ready');
  await clearStalePostmaster(data);
  await ended;
});

test('another process under the old pid is left alone, and only the file is removed', async () => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(other, 'spawn');
  writePidFile(other.pid as number, 'ready');
  await clearStalePostmaster(data);
  expect([existsSync(pidFile()), other.signalCode]).toEqual([false, null]);
  other.kill('SIGKILL');
});

test('the file of a dead pid stays: PostgreSQL looks for survivors of it itself', async () => {
  writePidFile(2 ** 22 + 1, 'ready');
  await clearStalePostmaster(data);
  expect(existsSync(pidFile())).toBe(true);
});
