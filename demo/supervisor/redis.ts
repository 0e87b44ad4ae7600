import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { host } from '../topology.ts';
import type { LogFolder } from './log-folder.ts';
import type { ProcessSpec } from './process-spec.ts';

/** The machine's own, not a dependency of ours. */
const program = 'redis-server';

/** Whether this machine has a Redis to run. */
export const hasRedis = (): boolean => spawnSync(program, ['--version']).status === 0;

/** A cache and nothing else: no file is written, and it is empty after every start. */
const configuration = (port: number, password: string): string =>
  [
    `bind ${host}`,
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
    const socket = connect(port, host, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
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

/** The machine's own redis-server as a child. Its configuration goes through stdin: arguments are for all to read. */
export function embeddedRedis(port: number, password: string, logs: LogFolder): ProcessSpec {
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
