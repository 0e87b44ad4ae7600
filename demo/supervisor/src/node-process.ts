import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { answersHttp } from './answers-http.ts';
import type { LogFolder } from './log-folder.ts';
import type { ProcessSpec } from './process-spec.ts';

export interface NodeProcessOptions {
  readonly name: string;
  /** Its package's folder. */
  readonly cwd: string;
  readonly main: string;
  /** Asked at every launch: a database's password exists only once the database does. */
  readonly env: () => NodeJS.ProcessEnv;
  /** Answers 200 once it is up. */
  readonly liveUrl: string;
  readonly logs: LogFolder;
}

/** Many small processes share one machine: a small young generation saves memory and costs a little CPU. */
const memoryFlags = ['--max-semi-space-size=2', '--max-old-space-size=192'];

/**
 * A process that runs its TypeScript directly, in a session of its own so that Ctrl-C reaches only the supervisor. Its
 * title makes `pkill -9 -f ballast-orders` work from any terminal.
 */
export function nodeProcess({ name, cwd, main, env, liveUrl, logs }: NodeProcessOptions): ProcessSpec {
  return {
    name,
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    answers: () => answersHttp(liveUrl),
    async launch() {
      const environment = env();
      const telemetry = environment.OTEL_EXPORTER_OTLP_ENDPOINT
        ? ['--import', '@ballast/telemetry/register']
        : [];
      const child = logs.write(name, (log) =>
        spawn(process.execPath, [`--title=ballast-${name}`, ...memoryFlags, ...telemetry, main], {
          cwd,
          env: environment,
          detached: true,
          stdio: ['ignore', log, log],
        }),
      );
      await once(child, 'spawn');
      return child;
    },
  };
}
