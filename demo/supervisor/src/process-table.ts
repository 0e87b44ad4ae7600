import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Slim images have no `ps`, and macOS has no /proc: each system is asked its own way. */
const hasProc = process.platform === 'linux';

function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', ['-ww', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return '';
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

/** The fields of /proc/<pid>/stat after the name, which may itself hold blanks and brackets: state, parent, ... */
const statOf = (pid: number): string[] =>
  readProc(`${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

/** When the process began, in the system's own format: together with the pid it identifies one process. Empty: none. */
export function startOf(pid: number): string {
  return hasProc ? (statOf(pid)[19] ?? '') : ps(['-o', 'lstart=', '-p', String(pid)]);
}

/** The arguments it was started with; empty when it is gone. */
export function commandOf(pid: number): string {
  return hasProc
    ? readProc(`${pid}/cmdline`).replaceAll('\0', ' ').trim()
    : ps(['-o', 'args=', '-p', String(pid)]);
}

/** The pid of its parent; 0 when it has none. */
export function parentOf(pid: number): number {
  return Number(hasProc ? statOf(pid)[1] : ps(['-o', 'ppid=', '-p', String(pid)])) || 0;
}

/** The processes whose parent is `parent`. */
export function childrenOf(parent: number): number[] {
  if (!hasProc) {
    const rows = ps(['-A', '-o', 'pid=,ppid=']).split('\n');
    const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
    return pairs.flatMap(([pid, ppid]) => (pid && ppid === parent ? [pid] : []));
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => Number(statOf(pid)[1]) === parent);
}

/** Whether SIGSTOP holds it. */
export function isStopped(pid: number): boolean {
  return (hasProc ? (statOf(pid)[0] ?? '') : ps(['-o', 'stat=', '-p', String(pid)])).startsWith('T');
}

/** For a process that may have ended meanwhile. */
export function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
