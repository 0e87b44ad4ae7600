import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import {
  host,
  maxPortOffset,
  nodeOf,
  type ServiceName,
  type Topology,
  topologyAt,
} from '@ballast/demo/topology';
import { childrenOf, commandOf } from '@ballast/supervisor/process-table';

const runFile = resolve(import.meta.dirname, '../../demo/run.ts');

/** `pnpm demo` as a user starts it: a process, its output, and ports. */
export interface EmbeddedDemo {
  readonly topology: Topology;
  readonly process: ChildProcess;
  output(): string;
  /** Found as a user would: by the title of the process. */
  pidOf(name: ServiceName): number;
  /** The supervisor and everything it started, down to PostgreSQL's own workers. */
  tree(): number[];
  /** Resolves with the exit code once all output was read. */
  ended(): Promise<number | null>;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** A port with enough free ones behind it, outside of the range of ephemeral ports. */
async function findPortBase(): Promise<number> {
  for (;;) {
    const base = 15_420 + Math.floor(Math.random() * 70);
    const ports = Array.from({ length: maxPortOffset + 1 }, (_, offset) => base + offset);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Starts the demo and waits until it prints that it is ready. Free ports are chosen unless one is given. */
export async function startDemo(dataFolder: string, portBase?: number): Promise<EmbeddedDemo> {
  const topology = topologyAt(portBase ?? (await findPortBase()));
  const args = ['--port-base', String(topology.portBase), '--load', '5', '--restart-after', '2'];
  const demo = spawn(process.execPath, [runFile, ...args], {
    env: { ...process.env, BALLAST_DATA: dataFolder },
  });
  let output = '';
  demo.stdout.on('data', (chunk) => {
    output += chunk;
  });
  demo.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const closed = once(demo, 'close');
  await new Promise<void>((resolve, reject) => {
    demo.stdout.on('data', () => output.includes('Ballast is ready: ') && resolve());
    closed.then(() => reject(new Error(`the demo ended before it was ready:\n${output}`)));
  });
  const supervisor = demo.pid as number;
  return {
    topology,
    process: demo,
    output: () => output,
    pidOf(name) {
      const pid = childrenOf(supervisor).find((child) => commandOf(child).includes(`ballast-${name}`));
      if (!pid) throw new Error(`${name} is not running`);
      return pid;
    },
    tree: () => [supervisor, ...descendantsOf(supervisor)],
    ended: async () => (await closed)[0] as number | null,
  };
}

/** Address of a service of that demo. */
export const urlOf = (demo: EmbeddedDemo, name: ServiceName): string => nodeOf(demo.topology, name).url;
