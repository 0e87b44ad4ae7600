import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export type ProgramRun = { readonly exitCode: number | null; readonly output: string };

/** Runs a program to its end, or ends it, with all that it has started, when its time is over. */
export async function runProgram(
  command: readonly [string, ...string[]],
  { cwd, withinMs }: { cwd: string; withinMs: number },
): Promise<ProgramRun> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd,
    // Of the test run that this may be part of, nothing is told to the run that it starts.
    env: {
      ...process.env,
      FORCE_COLOR: undefined,
      NO_COLOR: '1',
      VITEST: undefined,
      NODE_OPTIONS: undefined,
    },
    // A group of its own, so that its databases and services end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endGroup = () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const timer = setTimeout(endGroup, withinMs);
  // Before the folder that it works in is removed.
  process.prependOnceListener('exit', endGroup);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  clearTimeout(timer);
  process.off('exit', endGroup);
  return { exitCode: child.exitCode, output: stdout + stderr };
}

/** A program that the repository has installed. */
export const installed = (folder: string, name: string): string => join(folder, 'node_modules/.bin', name);
