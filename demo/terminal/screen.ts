import { homedir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { EmbeddedSystem } from '../embedded/embedded-system.ts';
import { nodeOf, type SupervisedName } from '../topology.ts';
import { keyOf } from './keys.ts';
import { bold, dim } from './style.ts';

const experiments: readonly { name: SupervisedName; shows: string }[] = [
  { name: 'recommendation', shows: 'orders stay confirmed; recommendations come from the cache' },
  { name: 'inventory', shows: 'orders are accepted as pending, and settle when it is back' },
  { name: 'orders', shows: 'no acknowledged order is lost; the same key finds the same order' },
  { name: 'postgres', shows: 'fast 503s, nothing half written' },
  { name: 'postgres-standby', shows: 'orders wait for it for 3 s, then go on without' },
  { name: 'redis', shows: 'the cache goes on in memory' },
  { name: 'load-generator', shows: 'silence' },
];

const short = (path: string): string => (path.startsWith(homedir()) ? path.replace(homedir(), '~') : path);

function whatRuns({ topology, supervisor, databaseFolder }: EmbeddedSystem): string[] {
  const redis = supervisor.status().find(({ name }) => name === 'redis');
  const notes: Partial<Record<string, string>> = {
    'control-room': 'open this in a browser',
    postgres: `PostgreSQL 18, data in ${short(databaseFolder)}`,
    redis:
      redis?.state === 'absent'
        ? `none (${redis.reason}); the cache works in process`
        : 'a cache, nothing is kept',
  };
  if (redis?.state === 'external') notes.redis = 'the one behind REDIS_URL';
  return topology.nodes.map(({ name, url }) => {
    const address = name === 'redis' && redis?.state !== 'up' && redis?.state !== 'down' ? '-' : url;
    return `  ${name.padEnd(16)}${address.padEnd(28)}${notes[name] ? dim(notes[name]) : ''}`.trimEnd();
  });
}

const killCommand = (name: SupervisedName): string =>
  name === 'postgres' || name === 'postgres-standby' || name === 'redis'
    ? `kill -9 the process of ${name}`
    : `pkill -9 -f ballast-${name}`;

function whatToTry(canPressKeys: boolean, system: EmbeddedSystem): string[] {
  const present = experiments.filter(({ name }) =>
    system.supervisor
      .status()
      .some((status) => status.name === name && !('url' in status) && status.state !== 'absent'),
  );
  const kills = present.map(({ name, shows }) =>
    line(canPressKeys ? `${bold(keyOf(name))}  kill ${name}` : killCommand(name), shows),
  );
  const failOver = line(
    `${bold('f')}  fail over`,
    'the standby takes over, and no acknowledged order is lost',
  );
  return canPressKeys && system.database ? [...kills, failOver] : kills;
}

const line = (how: string, shows: string): string =>
  `  ${how}${' '.repeat(Math.max(1, 40 - stripVTControlCharacters(how).length))}${dim(shows)}`;

const orderExample = (url: string): string[] => [
  `  curl -X POST ${url}/v1/orders -H 'Content-Type: application/json' -H 'Idempotency-Key: try-1' \\`,
  `       -d '{"customerId":"ada","items":[{"sku":"ROPE-DYNEEMA-6","quantity":1}]}'`,
];

/** The page of text a run begins with: what runs where, and what is worth trying. */
export function introduction(system: EmbeddedSystem, canPressKeys: boolean): string {
  const keys = `  the same key with ${bold('Shift')} starts it again now   ${bold('+')} ${bold('-')} load   ${bold('?')} this page   ${bold('q')} quit`;
  return [
    '',
    `${bold('Ballast')}  kill any of it: orders keep flowing`,
    '',
    ...whatRuns(system),
    '',
    'Try',
    ...whatToTry(canPressKeys, system),
    ...(canPressKeys ? [keys, dim(`  or from any other terminal: ${killCommand('recommendation')}`)] : []),
    ...orderExample(nodeOf(system.topology, 'orders').url),
    dim(`  logs in ${short(system.logs.path)}`),
    '',
  ].join('\n');
}
