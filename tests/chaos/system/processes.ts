import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { startGuardian } from '@ballast/demo/supervisor/guardian';
import { openLogFolder } from '@ballast/demo/supervisor/log-folder';
import { nodeProcess } from '@ballast/demo/supervisor/node-process';
import { databaseUrl, embeddedPostgres } from '@ballast/demo/supervisor/postgres/embedded-postgres';
import type { Place } from '@ballast/demo/supervisor/postgres/place';
import type { ProcessSpec } from '@ballast/demo/supervisor/process-spec';
import { embeddedRedis, hasRedis } from '@ballast/demo/supervisor/redis';
import { SupervisedProcess } from '@ballast/demo/supervisor/supervised-process';
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
  { folder, place, flagsFile }: { folder: string; place: Place; flagsFile: string },
): Processes {
  const chaosToken = secret();
  const guardian = startGuardian();
  const byName = new Map<ProcessName, SupervisedProcess>();
  const onChange = () => guardian.protect([...byName.values()].flatMap((process) => process.guarded()));
  for (const [name, spec] of specsOf(layout, { folder, place, flagsFile, chaosToken }))
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
  run: { folder: string; place: Place; flagsFile: string; chaosToken: string },
): [ProcessName, ProcessSpec][] {
  const logsOf = (name: ProcessName) => openLogFolder(join(run.folder, 'logs', name));
  const redisPassword = secret();
  const redis = hasRedis() ? [embeddedRedis(layout.redisPort, redisPassword, logsOf('redis'))] : [];
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
        DATABASE_URL: databaseUrl(run.place, portOf(layout, `${service} -> postgres`), service),
      }),
    });
  }

  return [
    ['postgres', embeddedPostgres(run.place, layout.postgresPort, logsOf('postgres'))],
    ...redis.map((spec): [ProcessName, ProcessSpec] => ['redis', spec]),
    ...layout.replicas.map((replica): [ProcessName, ProcessSpec] => [replica.process, replicaSpec(replica)]),
  ];
}
