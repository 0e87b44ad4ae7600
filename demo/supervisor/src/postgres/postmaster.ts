import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf } from '../process-table.ts';

const pidFileOf = (dataFolder: string): string => join(dataFolder, 'postmaster.pid');

/** What PostgreSQL writes into its pid file: line 1 is the pid, line 8 the state. */
function readPidFile(dataFolder: string): { pid: number; state: string } | undefined {
  try {
    const lines = readFileSync(pidFileOf(dataFolder), 'utf8').split('\n');
    return { pid: Number(lines[0]), state: lines[7]?.trim() ?? '' };
  } catch {
    return undefined;
  }
}

/** True once the postmaster with that pid accepts connections. */
export function acceptsConnections(dataFolder: string, pid: number): boolean {
  const file = readPidFile(dataFolder);
  return file?.pid === pid && file.state === 'ready';
}

/**
 * Ends what a crashed run may have left on this cluster. A pid file alone proves nothing: after a restart of the
 * machine its number belongs to another process. So the process must have the data folder in its arguments.
 */
export async function clearStalePostmaster(dataFolder: string, withinMs = 10_000): Promise<void> {
  const file = readPidFile(dataFolder);
  if (!file) return;
  const isOurs = (): boolean => commandOf(file.pid).includes(dataFolder);
  if (!isOurs()) {
    removeIfReused(dataFolder, file.pid);
    return;
  }
  process.kill(file.pid, 'SIGQUIT');
  process.kill(file.pid, 'SIGCONT');
  for (let waitedMs = 0; isOurs(); waitedMs += 50) {
    if (waitedMs > withinMs)
      throw new Error(`PostgreSQL ${file.pid} on ${dataFolder} does not end; end it by hand`);
    await delay(50);
  }
}

/** PostgreSQL itself handles a dead pid, but does not start when another process has that number now. */
function removeIfReused(dataFolder: string, pid: number): void {
  if (commandOf(pid) !== '') rmSync(pidFileOf(dataFolder), { force: true });
}
