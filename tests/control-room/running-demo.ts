import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const runFile = resolve(import.meta.dirname, '../../demo/run.ts');

/** `pnpm demo`, with the page it opens. */
export interface RunningDemo {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the whole system and waits until orders can be placed. What is killed stays down until it is started. */
export async function startRunningDemo(portBase: number, load: number): Promise<RunningDemo> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-demo-'));
  const args = ['--port-base', `${portBase}`, '--load', `${load}`, '--restart-after', '3600'];
  const demo = spawn(process.execPath, [runFile, ...args], { env: { ...process.env, BALLAST_DATA: folder } });
  await untilReady(demo);
  return {
    url: `http://127.0.0.1:${portBase}`,
    async close() {
      demo.kill('SIGTERM');
      if (demo.exitCode === null) await once(demo, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function untilReady(demo: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Ballast is ready')) resolve();
    };
    demo.stdout?.on('data', read);
    demo.stderr?.on('data', read);
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${output}`)));
  });
}
