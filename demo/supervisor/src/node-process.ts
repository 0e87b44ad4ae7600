import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { aFunction, checkOptions, type Rule, text, textLike } from '@ballast/resilience/primitives';
import { answersHttp } from './answers-http.ts';
import { type LogFolder, logFolderRule } from './log-folder.ts';
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

const optionRules: Readonly<Record<keyof NodeProcessOptions, Rule>> = {
  name: text,
  cwd: text,
  main: text,
  env: aFunction,
  liveUrl: textLike(/^http:\/\//, 'a URL with http'),
  logs: logFolderRule,
};

/** Many small processes share one machine: a small young generation saves memory and costs a little CPU. */
const memoryFlags = ['--max-semi-space-size=2', '--max-old-space-size=192'];

/**
 * A process that runs its TypeScript directly, in a session of its own so that Ctrl-C reaches only the supervisor. Its
 * title makes `pkill -9 -f ballast-orders` work from any terminal.
 */
export function nodeProcess(options: NodeProcessOptions): ProcessSpec {
  checkOptions('nodeProcess', options, optionRules, Object.keys(optionRules));
  const { name, cwd, main, env, liveUrl, logs } = options;
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
