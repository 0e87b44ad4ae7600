import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { commandOf } from './process-table.ts';

// Real processes: on a machine with other work each start takes its time.
vi.setConfig({ testTimeout: 30_000 });

const guardian = resolve(import.meta.dirname, 'guardian.ts');

/** A supervisor in a process of its own: protects two children, the second of them stopped, and prints their pids. */
const supervisor = `
  import { spawn } from 'node:child_process';
  import { startGuardian } from ${JSON.stringify(guardian)};
  const guardian = startGuardian();
  const start = () => spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const [awake, stopped] = [start(), start()];
  process.kill(stopped.pid, 'SIGSTOP');
  guardian.protect([awake, stopped].map(({ pid }) => ({ pid, signal: 'SIGTERM' })));
  if (process.argv.includes('release')) guardian.release();
  console.log(awake.pid, stopped.pid);
  setInterval(() => {}, 1_000);
`;

async function killed(...args: string[]): Promise<number[]> {
  const process = spawn(globalThis.process.execPath, ['--input-type=module', '-e', supervisor, ...args]);
  const [line] = await once(process.stdout, 'data');
  process.kill('SIGKILL');
  await once(process, 'exit');
  return String(line).trim().split(' ').map(Number);
}

async function untilGone(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    // A zombie has no command: in a container without an init process zombies are not collected.
    if (pids.every((pid) => commandOf(pid) === '')) return true;
    await delay(20);
  }
  return false;
}

test('children of a supervisor that was killed end with it, even stopped ones', async () => {
  expect(await untilGone(await killed())).toBe(true);
});

test('released children live on', async () => {
  const pids = await killed('release');
  expect(pids.map((pid) => commandOf(pid) !== '')).toEqual([true, true]);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
});
