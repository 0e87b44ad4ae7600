import { spawn } from 'node:child_process';

export interface Guarded {
  readonly pid: number;
  readonly signal: NodeJS.Signals;
}

export interface Guardian {
  /** Replaces the list of processes that must not outlive us. */
  protect(processes: readonly Guarded[]): void;
  /** Lets it go without ending anything. */
  release(): void;
}

/**
 * A stopped process cannot notice that its parent died, and PostgreSQL would not care. So one shell (1 mb) waits at the
 * end of a pipe that only we hold: a supervisor that is killed with SIGKILL closes it, and the shell ends the rest.
 */
const script = `
trap '' INT TERM HUP
while read -r line; do last=$line; done
for entry in $last; do
  kill -"\${entry%:*}" "\${entry#*:}"
  kill -CONT "\${entry#*:}"
done 2>/dev/null
`;

/** Starts the process that ends our children when we no longer can. */
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
