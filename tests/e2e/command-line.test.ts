import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { host } from '@ballast/demo/topology';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'ballast-cli-'));
  chmodSync(dataFolder, 0o755);
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

async function demo(...args: string[]) {
  const run = resolve(import.meta.dirname, '../../demo/run.ts');
  const child = spawn(process.execPath, [run, ...args], {
    env: { ...process.env, BALLAST_DATA: dataFolder },
  });
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { out, errors, code };
}

test('a bad option is named, and the exit code is 2', async () => {
  expect(await demo('--laod', '20')).toMatchObject({
    code: 2,
    out: '',
    errors: expect.stringContaining('--laod'),
  });
});

test('--help prints the options and starts nothing', async () => {
  const { code, out } = await demo('--help');
  expect([code, out]).toEqual([0, expect.stringContaining('--restart-after')]);
});

test('a port in use is named with the process that needs it; the exit code is 1, and nothing was started', async () => {
  // Below the range of ephemeral ports, one of which some connection could hold.
  const portBase = 15_790;
  const port = portBase + 3;
  const otherServer = createServer().listen(port, host);
  await once(otherServer, 'listening');
  const { code, errors } = await demo('--port-base', String(portBase));
  otherServer.close();
  expect([code, errors]).toEqual([
    1,
    expect.stringContaining(`Port ${port} is in use, and recommendation wants it`),
  ]);
  expect(readdirSync(join(dataFolder, String(portBase)))).not.toContain('logs');
});
