import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { checkOptions, integer, type Rule, textLike } from '@ballast/resilience/primitives';
import { type LogFolder, logFolderRule } from './log-folder.ts';
import { loopback } from './loopback.ts';
import type { ProcessSpec } from './process-spec.ts';

/** The machine's own, not a dependency of ours. */
const program = 'redis-server';

/** Whether this machine has a Redis to run. */
export const hasRedis = (): boolean => spawnSync(program, ['--version']).status === 0;

/** A cache and nothing else: no file is written, and it is empty after every start. */
const configuration = (port: number, password: string): string =>
  [
    `bind ${loopback}`,
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'maxmemory 32mb',
    'maxmemory-policy allkeys-lru',
    '',
  ].join('\n');

function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, loopback, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let reply = '';
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk) => {
      reply += chunk;
      if (reply.includes('PONG')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(reply.includes('PONG')));
  });
}

export interface EmbeddedRedisOptions {
  readonly port: number;
  readonly password: string;
  readonly logs: LogFolder;
}

const optionRules: Readonly<Record<keyof EmbeddedRedisOptions, Rule>> = {
  port: integer(1, 65_535),
  // It becomes a line of the configuration.
  password: { ...textLike(/^[\w-]+$/, 'letters, digits, - and _'), isSecret: true },
  logs: logFolderRule,
};

/** The machine's own redis-server as a child. Its configuration goes through stdin: every user can read arguments. */
export function embeddedRedis(options: EmbeddedRedisOptions): ProcessSpec {
  checkOptions('embeddedRedis', options, optionRules, Object.keys(optionRules));
  const { port, password, logs } = options;
  return {
    name: 'redis',
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    answers: () => answersPing(port, password),
    async launch() {
      const child = logs.write('redis', (log) =>
        spawn(program, ['-'], { cwd: logs.path, detached: true, stdio: ['pipe', log, log] }),
      );
      await once(child, 'spawn');
      child.stdin?.on('error', () => {});
      child.stdin?.end(configuration(port, password));
      return child;
    },
  };
}
