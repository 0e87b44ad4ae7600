import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type LogFolder, nodeProcess, type ProcessSpec, type Unmanaged } from '@ballast/supervisor';
import {
  type ClusterLocation,
  databaseUrl,
  embeddedPostgres,
  type ReplicatedPostgres,
} from '@ballast/supervisor/postgres';
import { embeddedRedis, hasRedis } from '@ballast/supervisor/redis';
import {
  host,
  nodeOf,
  type ServiceName,
  type SupervisedName,
  serviceNames,
  type Topology,
} from '../topology.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the processes of one run share. */
export interface Run {
  readonly topology: Topology;
  readonly logs: LogFolder;
  readonly location: ClusterLocation;
  /** Two servers behind one address, where the run has a standby. */
  readonly database: ReplicatedPostgres | undefined;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** Compiled code of earlier runs: saves each process 15 MB and a third of its start. */
  readonly compileCache: string;
  readonly ordersPerSecond: number;
}

interface Redis {
  readonly member: ProcessSpec | Unmanaged;
  readonly url?: string;
}

/** For every supervised name how it is run here, or why it is not; in the order of the topology. */
export function membersOf(run: Run): Record<SupervisedName, ProcessSpec | Unmanaged> {
  const redis = chooseRedis(run);
  return {
    orders: service('orders', run, redis.url),
    inventory: service('inventory', run, redis.url),
    recommendation: service('recommendation', run, redis.url),
    'load-generator': loadGenerator(run),
    ...databaseServers(run),
    redis: redis.member,
  };
}

function chooseRedis({ topology, logs }: Run): Redis {
  const elsewhere = process.env.REDIS_URL;
  if (elsewhere) return { member: { state: 'external', url: elsewhere }, url: elsewhere };
  if (!hasRedis()) return { member: { state: 'absent', reason: 'no redis-server on PATH and no REDIS_URL' } };
  const password = randomBytes(24).toString('base64url');
  const { port } = nodeOf(topology, 'redis');
  return { member: embeddedRedis({ port, password, logs }), url: `redis://:${password}@${host}:${port}` };
}

function databaseServers({ topology, logs, location, database }: Run) {
  if (database) return database.specs;
  const { port } = nodeOf(topology, 'postgres');
  return {
    postgres: embeddedPostgres({ location, port, databases: serviceNames, logs }),
    'postgres-standby': { state: 'absent', reason: 'the run was started without --standby' },
  } as const;
}

function service(name: ServiceName, run: Run, redisUrl: string | undefined): ProcessSpec {
  const { topology, logs, location, chaosToken, flagsFile, compileCache } = run;
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
      DATABASE_URL: databaseUrl(location, nodeOf(topology, 'postgres').port, name),
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
