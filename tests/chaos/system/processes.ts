import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serviceNames } from '@ballast/demo/topology';
import {
  type LogFolder,
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

const host = '127.0.0.1';

/** For processes that die by themselves: those that the nemesis ends, it also starts again. */
const restartAfterMs = 7000;

export type Processes = {
  readonly byName: ReadonlyMap<ProcessName, SupervisedProcess>;
  readonly chaosToken: string;
  readonly operatorToken: string;
  /** Sets the wall clock of a service wrong by that much, 0 for right; also while it runs. */
  stepClock(process: ProcessName, stepMs: number): void;
  /** Whether the disk under the logs of a service is full, from its next launch on. */
  fillDisk(process: ProcessName, isFull: boolean): void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type ProcessOptions = {
  readonly folder: string;
  readonly location: ClusterLocation;
  readonly flagsFile: string;
  /** Holds a folder for each service. */
  readonly servicesFolder: string;
  /** Settings of the services, by name of the environment variable. */
  readonly environment: Readonly<Record<string, string>>;
};

/** So short that holds expire during a run, and that a price is copied soon after it has changed. */
const shortTimes = {
  RESERVATION_TTL_MS: '2000',
  CATALOGUE_REFRESH_MS: '1000',
  SWEEP_MS: '500',
};

/** The services, database and cache of a layout as real processes that reach each other through proxies only. */
export function openProcesses(layout: Layout, options: ProcessOptions): Processes {
  const [chaosToken, operatorToken] = [secret(), secret()];
  const fullDisks = new Set<ProcessName>();
  const clockFolder = join(options.folder, 'clocks');
  mkdirSync(clockFolder, { recursive: true });
  const guardian = startGuardian();
  const byName = new Map<ProcessName, SupervisedProcess>();
  const onChange = () => guardian.protect([...byName.values()].flatMap((process) => process.guarded()));
  const run = { ...options, chaosToken, operatorToken, clockFolder, fullDisks };
  for (const [name, spec] of specsOf(layout, run))
    byName.set(name, new SupervisedProcess({ spec, restartAfterMs, onChange }));

  return {
    byName,
    chaosToken,
    operatorToken,
    stepClock: (process, stepMs) => writeFileSync(join(clockFolder, process), String(stepMs)),
    fillDisk(process, isFull) {
      if (isFull) fullDisks.add(process);
      else fullDisks.delete(process);
    },
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
  run: ProcessOptions & {
    readonly chaosToken: string;
    readonly operatorToken: string;
    readonly clockFolder: string;
    readonly fullDisks: ReadonlySet<ProcessName>;
  },
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
    OPERATOR_TOKEN: run.operatorToken,
    FLAGS_FILE: run.flagsFile,
    NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'clock-step.ts'))}`,
    ...shortTimes,
    ...run.environment,
  };

  function replicaSpec({ service, process: name, port }: Replica): ProcessSpec {
    return nodeProcess({
      name: service,
      logs: onDisk(logsOf(name), () => run.fullDisks.has(name)),
      cwd: join(run.servicesFolder, service),
      main: 'src/main.ts',
      liveUrl: `http://${host}:${port}/health/live`,
      env: () => ({
        ...environment,
        CLOCK_STEP_FILE: join(run.clockFolder, name),
        // A full disk is met by what writes to it.
        ...(run.fullDisks.has(name) && { LOG_LEVEL: 'info' }),
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

/** Every write to /dev/full fails with ENOSPC. */
function onDisk(logs: LogFolder, isFull: () => boolean): LogFolder {
  return {
    ...logs,
    write(name, spawnWith) {
      if (!isFull()) return logs.write(name, spawnWith);
      const descriptor = openSync('/dev/full', 'w');
      try {
        return spawnWith(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
