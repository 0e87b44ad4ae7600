import { spawn } from 'node:child_process';

export interface Guarded {
  readonly pid: number;
  readonly signal: NodeJS.Signals;
}

export interface Guardian {
  /** Replaces the list of processes that must not outlive this one. */
  protect(processes: readonly Guarded[]): void;
  /** Ends the guardian, and no process of the list. */
  release(): void;
}

/**
 * A stopped process cannot notice that its parent died, and PostgreSQL does not end with it. So one shell (1 MB) reads
 * from a pipe that only the supervisor holds: when the supervisor is killed the pipe closes, and the shell ends the
 * rest.
 */
const script = `
trap '' INT TERM HUP
while read -r line; do last=$line; done
for entry in $last; do
  kill -"\${entry%:*}" "\${entry#*:}"
  kill -CONT "\${entry#*:}"
done 2>/dev/null
`;

/** Starts the process that ends the children of this one when it is killed. */
export function startGuardian(): Guardian {
  const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  const protect = (processes: readonly Guarded[]): void => {
    const entries = processes.map(({ pid, signal }) => `${signal.replace(/^SIG/, '')}:${pid}`);
    shell.stdin.write(`${entries.join(' ')}\n`);
  };
  return {
    protect,
    release: () => {
      protect([]);
      shell.stdin.end();
    },
  };
}
