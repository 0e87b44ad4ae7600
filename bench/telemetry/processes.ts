import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Variant } from './variants.ts';

const children: ChildProcess[] = [];
const ticksPerSecond = 100; // USER_HZ, the same on every Linux

/** Ends every process that was started here. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

function launch(main: URL, env: NodeJS.ProcessEnv, preload?: string): ChildProcess {
  const child = fork(main, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...env },
    execArgv: preload ? ['--import', preload] : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  return child;
}

/** A program of this bench: it takes a free port and sends it to this process. */
export async function startProgram(file: string, env: NodeJS.ProcessEnv, preload?: string) {
  const child = launch(new URL(file, import.meta.url), env, preload);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`)));
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  return { pid: child.pid as number, url: `http://127.0.0.1:${port}` };
}

/** A service of Ballast, once it is ready. */
export async function startService(name: string, variant: Variant, env: NodeJS.ProcessEnv) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const main = new URL(`../../services/${name}/src/main.ts`, import.meta.url);
  const settings = { OTEL_SERVICE_NAME: name, PORT: String(port), LOG_LEVEL: 'warn', ...variant.env, ...env };
  const child = launch(main, settings, variant.preload);
  while (!(await isReady(url))) await delay(100);
  return { pid: child.pid as number, url };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Processor time a process has used so far, in µs; unknown where there is no /proc. */
export function cpuMicros(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

export function residentBytes(pid: number): number {
  const file = `/proc/${pid}/statm`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[1]) * 4096 : Number.NaN;
}
