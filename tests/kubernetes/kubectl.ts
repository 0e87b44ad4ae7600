import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const namespace = 'ballast';

/** Runs kubectl against the current context and gives what it printed. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--namespace', namespace, ...args], { maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/** One field of one or many objects, e.g. `read('deployment/orders', '{.status.readyReplicas}')`. */
export const read = (what: string, field: string, ...more: string[]): Promise<string> =>
  kubectl('get', what, '--output', `jsonpath=${field}`, ...more);

export type Tunnel = { readonly port: number; close(): void };

/** A connection into a pod that bypasses its Service and network policies. It ends with the pod. */
export async function tunnel(target: string, podPort: number): Promise<Tunnel> {
  const child = spawn('kubectl', ['--namespace', namespace, 'port-forward', target, `:${podPort}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(String(line)) ?? [];
  if (!port) throw new Error(`kubectl port-forward ${target}: ${line}`);
  // kubectl reports every connection, and a full pipe would stop it, so its output is read on.
  lines.resume();
  return { port: Number(port), close: () => void child.kill() };
}
