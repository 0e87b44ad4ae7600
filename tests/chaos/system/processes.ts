import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { serviceNames } from '@ballast/demo/topology';
import {
  nodeProcess,
  openLogFolder,
  type ProcessSpec,
  SupervisedProcess,
  startGuardian,
} from '@ballast/supervisor';
import { type ClusterLocation, databaseUrl, embeddedPostgres } from '@ballast/supervisor/postgres';
import { embeddedRedis, hasRedis } from '@ballast/supervisor/redis';
import type { ProcessName } from '../nemesis/fault.ts';
import { type EdgeKey, type Layout, portOf, type Replica } from './layout.ts';

const root = resolve(import.meta.dirname, '../../..');
const host = '127.0.0.1';

/** For processes that die by themselves: those that the nemesis ends, it also starts again. */
const restartAfterMs = 7000;

export type Processes = {
  readonly byName: ReadonlyMap<ProcessName, SupervisedProcess>;
  readonly chaosToken: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** The services, database and cache of a layout as real processes that reach each other through proxies only. */
export function openProcesses(
  layout: Layout,
  { folder, location, flagsFile }: { folder: string; location: ClusterLocation; flagsFile: string },
): Processes {
  const chaosToken = secret();
  const guardian = startGuardian();
  const byName = new Map<ProcessName, SupervisedProcess>();
  const onChange = () => guardian.protect([...byName.values()].flatMap((process) => process.guarded()));
  for (const [name, spec] of specsOf(layout, { folder, location, flagsFile, chaosToken }))
    byName.set(name, new SupervisedProcess({ spec, restartAfterMs, onChange }));

  return {
    byName,
    chaosToken,
    async start() {
      await byName.get('postgres')?.start();
      await Promise.all([...byName.values()].map((process) => process.start()));
    },
    async stop() {
      const others = [...byName].filter(([name]) => name !== 'postgres');
      await Promise.all(others.map(([, process]) => process.stop(4000)));
      await byName.get('postgres')?.stop(5000);
      guardian.release();
    },
  };
}

const secret = (): string => randomBytes(24).toString('base64url');

function specsOf(
  layout: Layout,
  run: { folder: string; location: ClusterLocation; flagsFile: string; chaosToken: string },
): [ProcessName, ProcessSpec][] {
  const logsOf = (name: ProcessName) => openLogFolder(join(run.folder, 'logs', name));
  const redisPassword = secret();
  const redis = hasRedis()
    ? [embeddedRedis({ port: layout.redisPort, password: redisPassword, logs: logsOf('redis') })]
    : [];
  const through = (edge: EdgeKey) => `http://${host}:${portOf(layout, edge)}`;
  const environment = {
    ...process.env,
    HOST: host,
    LOG_LEVEL: 'warn',
    INVENTORY_URL: through('orders -> inventory'),
    RECOMMENDATION_URL: through('orders -> recommendation'),
    REDIS_URL: hasRedis()
      ? `redis://:${redisPassword}@${host}:${portOf(layout, 'orders -> redis')}`
      : undefined,
    CHAOS_TOKEN: run.chaosToken,
    FLAGS_FILE: run.flagsFile,
  };

  function replicaSpec({ service, process: name, port }: Replica): ProcessSpec {
    return nodeProcess({
      name: service,
      logs: logsOf(name),
      cwd: join(root, 'services', service),
      main: 'src/main.ts',
      liveUrl: `http://${host}:${port}/health/live`,
      env: () => ({
        ...environment,
        PORT: String(port),
        DATABASE_URL: databaseUrl(run.location, portOf(layout, `${service} -> postgres`), service),
      }),
    });
  }

  const postgres = embeddedPostgres({
    location: run.location,
    port: layout.postgresPort,
    databases: serviceNames,
    logs: logsOf('postgres'),
  });
  return [
    ['postgres', postgres],
    ...redis.map((spec): [ProcessName, ProcessSpec] => ['redis', spec]),
    ...layout.replicas.map((replica): [ProcessName, ProcessSpec] => [replica.process, replicaSpec(replica)]),
  ];
}
