import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { host, nodeOf, type ServiceName, type SupervisedName, type Topology } from '../topology.ts';
import type { LogFolder } from './log-folder.ts';
import { nodeProcess } from './node-process.ts';
import { databaseUrl, embeddedPostgres } from './postgres/embedded-postgres.ts';
import type { Place } from './postgres/place.ts';
import type { ProcessSpec } from './process-spec.ts';
import { embeddedRedis, hasRedis } from './redis.ts';
import type { Unmanaged } from './supervise.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the processes of one run share. */
export interface Run {
  readonly topology: Topology;
  readonly logs: LogFolder;
  readonly place: Place;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** Compiled code of earlier runs: saves each process 15 mb and a third of its start. */
  readonly compileCache: string;
  readonly ordersPerSecond: number;
}

interface Redis {
  readonly member: ProcessSpec | Unmanaged;
  readonly url?: string;
}

/** Every supervised name with how it is run here, or why it is not. */
export function membersOf(run: Run): Record<SupervisedName, ProcessSpec | Unmanaged> {
  const redis = chooseRedis(run);
  return {
    orders: service('orders', run, redis.url),
    inventory: service('inventory', run, redis.url),
    recommendation: service('recommendation', run, redis.url),
    'load-generator': loadGenerator(run),
    postgres: embeddedPostgres(run.place, nodeOf(run.topology, 'postgres').port, run.logs),
    redis: redis.member,
  };
}

function chooseRedis({ topology, logs }: Run): Redis {
  const elsewhere = process.env.REDIS_URL;
  if (elsewhere) return { member: { state: 'external', url: elsewhere }, url: elsewhere };
  if (!hasRedis()) return { member: { state: 'absent', reason: 'no redis-server on PATH and no REDIS_URL' } };
  const password = randomBytes(24).toString('base64url');
  const { port } = nodeOf(topology, 'redis');
  return { member: embeddedRedis(port, password, logs), url: `redis://:${password}@${host}:${port}` };
}

function service(name: ServiceName, run: Run, redisUrl: string | undefined): ProcessSpec {
  const { topology, logs, place, chaosToken, flagsFile, compileCache } = run;
  const { port, url } = nodeOf(topology, name);
  return nodeProcess({
    name,
    logs,
    cwd: join(root, 'services', name),
    main: 'src/main.ts',
    liveUrl: `${url}/health/live`,
    env: () => ({
      SHUTDOWN_GRACE_MS: '3000',
      // Services start at the same moment: the first copy of the catalogue may fail, the second must not take long.
      CATALOGUE_REFRESH_MS: '1000',
      ...process.env,
      NODE_COMPILE_CACHE: compileCache,
      HOST: host,
      PORT: String(port),
      DATABASE_URL: databaseUrl(place, nodeOf(topology, 'postgres').port, name),
      REDIS_URL: redisUrl,
      INVENTORY_URL: nodeOf(topology, 'inventory').url,
      RECOMMENDATION_URL: nodeOf(topology, 'recommendation').url,
      CHAOS_TOKEN: chaosToken,
      FLAGS_FILE: flagsFile,
    }),
  });
}

function loadGenerator({ topology, logs, ordersPerSecond, compileCache }: Run): ProcessSpec {
  const { port, url } = nodeOf(topology, 'load-generator');
  return nodeProcess({
    name: 'load-generator',
    logs,
    cwd: join(root, 'demo'),
    main: 'load-generator/main.ts',
    liveUrl: `${url}/health/live`,
    env: () => ({
      ...process.env,
      NODE_COMPILE_CACHE: compileCache,
      HOST: host,
      PORT: String(port),
      ORDERS_URL: nodeOf(topology, 'orders').url,
      INVENTORY_URL: nodeOf(topology, 'inventory').url,
      ORDERS_PER_SECOND: String(ordersPerSecond),
    }),
  });
}
